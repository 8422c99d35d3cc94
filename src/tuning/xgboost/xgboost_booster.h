#pragma once

#include <string>

#include "endcap/tuning/boosting.h"
#include "xgboost_library.h"

namespace endcap {

// Trees that XGBoost adds one by one.
class XgboostBooster {
 public:
  // Copies the rows. Throws std::runtime_error, as the others do.
  XgboostBooster(const RankedRows& rows, const BoostingOptions& options);
  ~XgboostBooster();
  XgboostBooster(const XgboostBooster&) = delete;
  XgboostBooster& operator=(const XgboostBooster&) = delete;

  void add_tree();
  [[nodiscard]] TreeEnsemble trees() const;

 private:
  void set(const char* name, const std::string& value);
  void check(int status) const;
  void free();

  const XgboostLibrary& xgboost_;
  std::int32_t n_features_;
  DMatrixHandle rows_ = nullptr;
  BoosterHandle booster_ = nullptr;
  int n_trees_ = 0;
};

}  // namespace endcap
