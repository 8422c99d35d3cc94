#pragma once

// Everything that a shop needs; single headers compile faster.

#include "endcap/catalog/catalog_reader.h"
#include "endcap/events/event_reader.h"
#include "endcap/events/memory_event_log.h"
#include "endcap/serving/evaluate_shop.h"
#include "endcap/serving/recommender.h"
