#include <cstddef>
#include <filesystem>
#include <iostream>
#include <span>
#include <vector>

#include "endcap/matrix/csr_matrix.h"
#include "endcap/models/rp3beta.h"
#include "endcap/storage/file.h"

// Fits a model on two users, and uses the compiled part: exit code 0 if both work.
int main() {
  const endcap::CsrMatrix carts(3, std::vector<std::int64_t>{0, 2, 4},
                                std::vector<std::int32_t>{0, 1, 1, 2},
                                std::vector<float>{1, 1, 1, 1});
  const auto model = endcap::Rp3Beta::fit(endcap::Interactions::from_csr(carts));

  const std::byte byte{42};
  const std::span<const std::byte> piece(&byte, 1);
  const std::filesystem::path path = "shop.bin";
  endcap::write_file(path, {&piece, 1});
  const auto file = endcap::MappedFile::open(path);
  std::cout << "items: " << model.n_items() << ", bytes: " << file->bytes().size() << '\n';
  return model.n_items() == 3 && file->bytes().size() == 1 ? 0 : 1;
}
