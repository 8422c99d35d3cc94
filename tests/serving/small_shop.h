#pragma once

#include "endcap/catalog/catalog.h"
#include "endcap/events/events.h"
#include "endcap/ranking/rules.h"
#include "endcap/serving/snapshot.h"

namespace endcap {

// A shop of a few kilobytes with every kind of model that a file can hold, trees for lists of new
// and of all items (not of first visits), a catalogue and rules: visitors "an-0" to "an-7", items
// "sku-0" to "sku-12", scenarios "home" and "plain".
[[nodiscard]] Snapshot small_shop();

// What it is made from.
[[nodiscard]] Events small_log();
[[nodiscard]] Catalog small_catalog();
[[nodiscard]] Rules small_rules();

}  // namespace endcap
