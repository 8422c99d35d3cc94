// Follows a visitor's clicks in the shop that 02_sessions.py saved.
#include <endcap/endcap.h>

#include <iostream>

int main() {
  auto shop = endcap::Recommender::load("sessions.endcap");
  const endcap::Id visitor = 1000;  // never seen before
  for (const auto* click : {"手帳", "急須", "湯呑"}) {
    shop.observe(visitor, click);
    std::cout << "after " << click << ':';
    for (const auto& pick : shop.recommend({.user = visitor, .k = 3})) {
      std::cout << ' ' << endcap::to_string(pick.item);
    }
    std::cout << '\n';
  }
}
