#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "base/allocations.h"
#include "endcap/base/random.h"
#include "endcap/serving/recommender.h"
#include "events/log_fixtures.h"
#include "serving/small_shop.h"
#include "storage/file_to_damage.h"

namespace endcap {
namespace {

std::string number_bytes(std::uint32_t value) {
  return {reinterpret_cast<const char*>(&value), sizeof value};
}

// A field's new value: often one at the edge of some range.
std::uint32_t odd_value(Random& random, std::uint32_t was) {
  constexpr std::uint32_t kEdges[] = {0,          1,          2,          0x7fffffff, 0x80000000,
                                      0xffffffff, 0x7f800000, 0xff800000, 0x7fc00000, 0x7f7fffff};
  switch (random.below(4)) {
    case 0:
      return kEdges[random.below(std::size(kEdges))];
    case 1:
      return was + static_cast<std::uint32_t>(random.below(5)) - 2;
    case 2:
      return was ^ (1u << random.below(32));
    default:
      return static_cast<std::uint32_t>(random.next());
  }
}

constexpr std::size_t kHeaderChecksum = 24;  // its place stands for all of the header

class DamagedFileTest : public testing::Test {
 protected:
  // What load() says of the file; nothing if it takes it.
  std::optional<CorruptFileError> refusal() const {
    try {
      (void)Recommender::load(path_);
      return std::nullopt;
    } catch (const CorruptFileError& error) {
      return error;
    }
  }

  void expect_refused(std::size_t at) {
    const auto error = refusal();
    ASSERT_TRUE(error) << "a change at byte " << at << " is not seen";
    EXPECT_FALSE(error->section().empty());
    EXPECT_LE(error->offset(), std::max<std::size_t>(at, kHeaderChecksum)) << error->what();
    EXPECT_EQ(error->path(), path_.string());
  }

  const TestFolder folder_;
  const std::filesystem::path path_ = [this] {
    auto path = folder_.path() / "shop.endcap";
    small_shop().save(path);
    return path;
  }();
  FileToDamage file_{path_};
  Random random_{12};
};

TEST_F(DamagedFileTest, EveryChangedByteIsRefusedAndItsSectionNamed) {
  for (std::size_t at = 0; at < file_.size(); ++at) {
    for (const int change : {0x01, 0x80, 0xff, 0x5a}) {
      const std::string byte(1, static_cast<char>(file_.bytes()[at] ^ change));
      file_.with(at, byte, [&] {
        expect_refused(at);
        if (HasFailure()) return;
        EXPECT_EQ(refusal()->section(), file_.section_at(at)) << at;
      });
      if (HasFailure()) return;
    }
  }
  EXPECT_FALSE(refusal());
}

TEST_F(DamagedFileTest, EveryTruncationIsRefused) {
  std::filesystem::resize_file(path_, file_.size() + 1);
  expect_refused(file_.size());
  for (std::size_t size = file_.size(); size-- > 0;) {
    file_.cut(size);
    expect_refused(size);
    if (HasFailure()) return;
  }
}

TEST_F(DamagedFileTest, EveryEditedFieldIsRefused) {
  for (int edit = 0; edit < 10'000; ++edit) {
    const std::size_t at = random_.below(file_.size() / 4) * 4;
    std::uint32_t was = 0;
    std::memcpy(&was, file_.bytes().data() + at, sizeof was);
    const auto value = odd_value(random_, was);
    if (value == was) continue;
    file_.with(at, number_bytes(value), [&] { expect_refused(at + 3); });
    if (HasFailure()) return;
  }
}

// Asks all that can be asked; what the file says may be nonsense, but none that does harm.
void use(const Recommender& shop) {
  const auto users = shop.users(), items = shop.items();
  for (std::int32_t u = 0; u < std::min(users.size(), 2); ++u) {
    for (const auto repeats : {Repeats::kExclude, Repeats::kInclude, Repeats::kOnly}) {
      (void)shop.recommend({.user = users.id(u), .k = 5, .repeats = repeats});
    }
    for (const auto& scenario : shop.scenarios()) {
      try {
        const auto list = shop.recommend({.user = users.id(u), .k = 5, .scenario = scenario});
        (void)shop.replay(list.id);
      } catch (const std::logic_error&) {  // rules that do not fit the catalogue any more
      }
    }
    (void)shop.why_not({.user = users.id(u)}, items.id(items.size() - 1));
    (void)shop.explain(users.id(u), items.id(0));
    (void)shop.history(users.id(u));
  }
  (void)shop.similar(items.id(0), 5);
  (void)shop.bought_together({items.id(0), items.id(items.size() - 1)}, 5);
  (void)shop.next_many({{items.id(0), items.id(1)}}, 5, Repeats::kInclude, "price < 9");
}

TEST_F(DamagedFileTest, AnEditBehindAGoodChecksumIsRefusedOrDoesNoHarm) {
  int n_refused = 0;
  std::int64_t most_bytes = 0;
  for (int edit = 0; edit < 10'000; ++edit) {
    const std::size_t at = random_.below(file_.size() / 4) * 4;
    std::uint32_t was = 0;
    std::memcpy(&was, file_.bytes().data() + at, sizeof was);
    file_.with_sealed(at, number_bytes(odd_value(random_, was)), [&] {
      std::optional<Recommender> shop;
      try {
        const Allocations allocations;
        shop = Recommender::load(path_);
        most_bytes = std::max(most_bytes, allocations.peak_bytes());
      } catch (const CorruptFileError& error) {
        ++n_refused;
        EXPECT_FALSE(error.section().empty());
        EXPECT_LE(error.offset(), file_.size());
      }
      if (!shop) return;
      try {
        use(*shop);
        if (edit % 20 == 0) shop->save(folder_.path() / "again.endcap");
      } catch (const std::invalid_argument&) {  // a column that has another name now
      }
    });
    if (HasFailure()) {
      ADD_FAILURE() << "after the edit of byte " << at << " in section " << file_.section_at(at);
      return;
    }
  }
  EXPECT_GT(n_refused, 1'000);
  EXPECT_LE(most_bytes, static_cast<std::int64_t>(2 * file_.size()));
}

}  // namespace
}  // namespace endcap
