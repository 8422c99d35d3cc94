#include "xgboost_booster.h"

#include <algorithm>
#include <charconv>
#include <iterator>
#include <limits>
#include <map>
#include <span>
#include <stdexcept>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "endcap/base/error.h"

namespace endcap {
namespace {

// A node as XGBoost writes it, by its number there:
//   0:[f2<0.53] yes=1,no=2,missing=1,gain=8.2,cover=64.5
//   1:leaf=0.0135,cover=31.25
struct WrittenNode {
  TreeNode node;  // but for `below`
  int yes = 0, no = 0;
};

// Reads one line from its start to its end.
class NodeLine {
 public:
  explicit NodeLine(std::string_view line) : rest_(line) {
    rest_.remove_prefix(std::min(rest_.find_first_not_of('\t'), rest_.size()));
  }

  // The number between two marks; `end` is what the rest begins with.
  template <class Number>
  Number number(std::string_view mark, std::string_view end) {
    Number number{};
    const auto at = rest_.find(mark);
    const auto begin = at == rest_.npos ? rest_.size() : at + mark.size();
    const auto* last = rest_.data() + rest_.size();
    const auto read = std::from_chars(rest_.data() + begin, last, number);
    const auto rest = rest_.substr(static_cast<std::size_t>(read.ptr - rest_.data()));
    const bool is_whole = end.empty() ? rest.empty() : rest.starts_with(end);
    if (read.ec != std::errc() || !is_whole) {
      throw std::runtime_error("XGBoost: cannot read a tree at '" + std::string(rest_) + "'");
    }
    rest_ = rest;
    return number;
  }
  [[nodiscard]] bool goes_on_with(std::string_view mark) const { return rest_.starts_with(mark); }

 private:
  std::string_view rest_;
};

std::map<int, WrittenNode> read_tree(std::string_view text) {
  std::map<int, WrittenNode> nodes;
  while (!text.empty()) {
    NodeLine line(text.substr(0, text.find('\n')));
    text.remove_prefix(std::min(text.find('\n'), text.size() - 1) + 1);
    WrittenNode written;
    auto& node = written.node;
    const int number = line.number<int>("", ":");
    if (line.goes_on_with(":[")) {
      node.feature = line.number<std::int32_t>("[f", "<");
      node.value = line.number<float>("<", "]");
      written.yes = line.number<int>("yes=", ",");
      written.no = line.number<int>("no=", ",");
    } else {
      node.value = line.number<float>("leaf=", ",cover");
    }
    node.cover = line.number<float>("cover=", "");
    nodes[number] = written;
  }
  return nodes;
}

// As XGBoost reads it, whatever the locale of the program.
std::string text_of(float value) {
  char text[32];
  return {text, std::to_chars(std::begin(text), std::end(text), value).ptr};
}

// Appends the tree, the nodes that are nearer to its root first.
void append_tree(const std::map<int, WrittenNode>& written, std::vector<TreeNode>& nodes) {
  std::vector<int> numbers = {0};
  const auto root = nodes.size();
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    const auto& [node, yes, no] = written.at(numbers[i]);
    nodes.push_back(node);
    if (node.feature == kNoIndex) continue;
    nodes.back().below = static_cast<std::int32_t>(root + numbers.size());
    numbers.insert(numbers.end(), {yes, no});
  }
}

const XgboostLibrary& found_library() {
  const auto* found = XgboostLibrary::find();
  if (found == nullptr) {
    throw std::runtime_error("boosted trees: XGBoost was not found (Debian: libxgboost0)");
  }
  return *found;
}

}  // namespace

XgboostBooster::XgboostBooster(const RankedRows& rows, const BoostingOptions& options)
    : xgboost_(found_library()), n_features_(rows.n_features) {
  const std::vector<float> labels(rows.relevant.begin(), rows.relevant.end());
  try {
    check(xgboost_.create_matrix(rows.features.data(), rows.scores.size(),
                                 static_cast<bst_ulong>(rows.n_features),
                                 std::numeric_limits<float>::quiet_NaN(), &rows_));
    check(xgboost_.set_floats(rows_, "label", labels.data(), labels.size()));
    check(xgboost_.set_floats(rows_, "base_margin", rows.scores.data(), rows.scores.size()));
    check(xgboost_.set_counts(rows_, "group", rows.lengths.data(), rows.lengths.size()));
    check(xgboost_.create_booster(&rows_, 1, &booster_));
    set("objective", "rank:pairwise");
    set("tree_method", "hist");
    set("max_bin", "64");
    set("nthread", "1");
    set("verbosity", "0");
    set("max_depth", std::to_string(options.depth));
    set("eta", text_of(options.learning_rate));
    set("min_child_weight", text_of(options.least_cover));
    set("lambda", text_of(options.ridge));
  } catch (...) {
    free();
    throw;
  }
}

XgboostBooster::~XgboostBooster() { free(); }

void XgboostBooster::free() {
  if (booster_ != nullptr) xgboost_.free_booster(booster_);
  if (rows_ != nullptr) xgboost_.free_matrix(rows_);
}

void XgboostBooster::set(const char* name, const std::string& value) {
  check(xgboost_.set_parameter(booster_, name, value.c_str()));
}

void XgboostBooster::check(int status) const {
  if (status != 0) throw std::runtime_error(std::string("XGBoost: ") + xgboost_.last_error());
}

void XgboostBooster::add_tree() { check(xgboost_.update(booster_, n_trees_++, rows_)); }

TreeEnsemble XgboostBooster::trees() const {
  bst_ulong n = 0;
  const char** texts = nullptr;
  check(xgboost_.dump(booster_, "", 1, "text", &n, &texts));
  std::vector<std::int32_t> roots;
  std::vector<TreeNode> nodes;
  for (const char* text : std::span(texts, n)) {
    roots.push_back(static_cast<std::int32_t>(nodes.size()));
    append_tree(read_tree(text), nodes);
  }
  return {n_features_, std::move(roots), std::move(nodes)};
}

}  // namespace endcap
