#include "endcap/tuning/training_budget.h"

#include <gtest/gtest.h>

namespace endcap {
namespace {

TEST(TrainingBudgetTest, WhatIsLeftIsForTrainedModelsAlone) {
  TrainingBudget budget(1000, 4);
  EXPECT_TRUE(budget.allows("sequence_factors"));
  budget.spend("sequence_factors/narrow", 200);  // three more times this is set aside
  EXPECT_TRUE(budget.allows("slist"));
  EXPECT_FALSE(budget.allows("sequence_factors"));
}

TEST(TrainingBudgetTest, AnotherOfAKnownShapeIsAsDearAsThatOne) {
  TrainingBudget budget(1000, 2);
  budget.spend("sequence_factors", 100);
  budget.spend("sequence_factors/wide", 400);  // of 500 that are to come: 500 are left
  EXPECT_TRUE(budget.allows("sequence_factors/2"));
  EXPECT_FALSE(budget.allows("sequence_factors/wide2"));
  EXPECT_FALSE(budget.allows("sequence_factors/narrow"));  // not known: as the last
}

TEST(TrainingBudgetTest, LaterFitsEndWithTheBestEpoch) {
  for (const double seconds : {395, 405}) {
    TrainingBudget budget(seconds, 2);
    budget.begin_model();
    for (const int epochs : {2, 8, 16}) budget.look(epochs);
    budget.spend("sequence_factors", 160, 12);  // 120 s are to come
    EXPECT_EQ(budget.allows("sequence_factors/2"), seconds > 400);
  }
}

TEST(TrainingBudgetTest, FitsToComeOfOtherModelsAreSetAside) {
  TrainingBudget budget(1000, 4);
  budget.spend("slist", 300);
  EXPECT_TRUE(budget.allows("sequence_factors"));
  budget.spend("ease", 100);
  EXPECT_FALSE(budget.allows("sequence_factors"));
  EXPECT_TRUE(budget.allows("content"));
}

TEST(TrainingBudgetTest, AModelThatWillNotBeDoneInTimeIsGivenUpAtItsFirstLook) {
  TrainingBudget budget(1000, 2);
  budget.begin_model();
  EXPECT_NO_THROW(budget.look(1));
  budget.spend("slist", 2000);
  EXPECT_NO_THROW(budget.look(2));  // only the first look decides
  budget.begin_model();
  EXPECT_THROW(budget.look(1), TrainingBudget::Exceeded);
}

TEST(TrainingBudgetTest, AfterAModelThatIsTooDearNoOtherIsBegun) {
  TrainingBudget budget(1e-3, 2);
  EXPECT_TRUE(budget.allows("sequence_factors/narrow"));
  budget.begin_model();
  const auto start = std::chrono::steady_clock::now();
  while (seconds_since(start) < 1e-4) continue;  // an epoch: twelve of two fits take 2.4e-3
  EXPECT_THROW(budget.look(1), TrainingBudget::Exceeded);
  EXPECT_FALSE(budget.allows("sequence_factors"));
  EXPECT_TRUE(budget.allows("slist"));
}

}  // namespace
}  // namespace endcap
