// A shop that learns while it sells: open a folder, tell what happens, forget on request.
#include <endcap/endcap.h>

#include <filesystem>
#include <iostream>

int main() {
  const auto folder = std::filesystem::temp_directory_path() / "endcap_example_live";
  std::filesystem::remove_all(folder);
  {
    auto shop = endcap::Recommender::open(folder);  // a new shop: it has met nobody
    for (int n = 0; n < 40; ++n) {
      const auto user = "u" + std::to_string(n);
      for (const char* item : {"kettle", "teapot", "cups"}) shop.observe(user, item);
    }
    shop.observe("guest-7", "kettle", "view", {.event_id = "click-1", .durable = true});
    shop.refresh();  // by itself within half a second
    shop.merge("guest-7", "ann");
    shop.prefer("ann", {.value = "cups", .like = false});
    std::cout << "for ann: " << endcap::to_string(shop.recommend({.user = "ann"})[0].item) << '\n';
  }
  auto shop = endcap::Recommender::open(folder);  // after a restart, or a crash
  std::cout << "still known: " << endcap::to_string(shop.history("ann")[0].item) << '\n';
  std::cout << "forgotten: " << shop.forget("ann").n_events << " event\n";
  std::cout << "writable: " << shop.health().writable << '\n';
  shop.close();
  std::filesystem::remove_all(folder);
}
