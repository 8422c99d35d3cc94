#pragma once

#include <xgboost/c_api.h>

namespace endcap {

// The functions of XGBoost's C interface that are in use. The library is loaded when it is first
// asked for, and stays: loading takes longer than all of endcap, and few programs train trees.
struct XgboostLibrary {
  decltype(&XGBGetLastError) last_error;
  decltype(&XGDMatrixCreateFromMat) create_matrix;
  decltype(&XGDMatrixSetFloatInfo) set_floats;
  decltype(&XGDMatrixSetUIntInfo) set_counts;
  decltype(&XGDMatrixFree) free_matrix;
  decltype(&XGBoosterCreate) create_booster;
  decltype(&XGBoosterSetParam) set_parameter;
  decltype(&XGBoosterUpdateOneIter) update;
  decltype(&XGBoosterDumpModelEx) dump;
  decltype(&XGBoosterFree) free_booster;

  // Null if the system has none. Any number of threads may ask.
  [[nodiscard]] static const XgboostLibrary* find();
};

}  // namespace endcap
