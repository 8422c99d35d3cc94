// Loads what 01_first_list.py saved, and answers from it.
#include <endcap/endcap.h>

#include <iostream>

int main() {
  const auto shop = endcap::Recommender::load("shop.endcap");
  for (const auto& pick : shop.recommend({.session = {"kettle", "teapot"}, .k = 3})) {
    std::cout << endcap::to_string(pick.item) << ' ' << pick.score << '\n';
  }
}
