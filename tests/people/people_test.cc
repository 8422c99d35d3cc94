#include "endcap/people/people.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace endcap {
namespace {

using Ids = std::vector<Id>;

TEST(PeopleTest, AGuestAndACustomerAreOnePersonFromBothSides) {
  People people;
  people.merge("guest-7", "ann");
  people.merge("guest-3", "ann");
  for (const char* id : {"ann", "guest-3", "guest-7"}) {
    EXPECT_EQ(people.ids_of(id), (Ids{"ann", "guest-3", "guest-7"}));
    EXPECT_EQ(people.customer_of(id), Id("ann"));
  }
  EXPECT_EQ(people.ids_of("bob"), Ids{"bob"});
}

TEST(PeopleTest, AGuestBringsTheirOwnGuestsAlong) {
  People people;
  people.merge("phone", "tablet");
  people.merge("tablet", "ann");
  EXPECT_EQ(people.ids_of("phone"), (Ids{"ann", "phone", "tablet"}));
  EXPECT_THROW(people.merge("ann", "phone"), std::invalid_argument);  // one already
  EXPECT_THROW(people.merge("ann", "ann"), std::invalid_argument);
  EXPECT_THROW(people.merge("tablet", "bob"), std::invalid_argument);  // linked to another
}

TEST(PeopleTest, UnmergingLeavesNothingOfAMerge) {
  People people;
  people.prefer("guest", {.value = "sku-1", .like = false});
  const People before = people;
  people.merge("guest", "ann");
  EXPECT_EQ(people.preferences_of("ann").size(), 1u);
  EXPECT_THROW(people.unmerge("guest", "bob"), std::invalid_argument);
  people.unmerge("guest", "ann");
  EXPECT_EQ(people, before);
  EXPECT_TRUE(people.preferences_of("ann").empty());
  EXPECT_THROW(people.unmerge("guest", "ann"), std::invalid_argument);
}

TEST(PeopleTest, TheLastWordOnAThingCounts) {
  People people;
  people.prefer("ann", {.value = "acme", .attribute = "brand"});
  people.prefer("ann", {.value = "acme"});  // the item, not the brand
  people.prefer("ann", {.value = "acme", .attribute = "brand", .like = false, .source = "form"});
  const auto declared = people.preferences_of("ann");
  ASSERT_EQ(declared.size(), 2u);
  EXPECT_EQ(declared[0].attribute, "");
  EXPECT_EQ(declared[1].source, "form");
  EXPECT_TRUE(people.withdraw("ann", "brand", "acme"));
  EXPECT_FALSE(people.withdraw("ann", "brand", "acme"));
  EXPECT_EQ(people.preferences_of("ann").size(), 1u);
}

TEST(PeopleTest, AForgottenIdLeavesNothing) {
  People people;
  people.merge("guest", "ann");
  people.merge("ann", "family");
  people.prefer("ann", {.value = "sku-1"});
  people.forget("ann");
  EXPECT_TRUE(people.empty());
  EXPECT_EQ(people, People());
}

}  // namespace
}  // namespace endcap
