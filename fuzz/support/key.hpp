#pragma once

#include <filesystem>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "auth/token_issuer.hpp"

namespace tonearm::fuzz {

/// A key of ours, made once per program: that takes some 100 ms.
inline std::shared_ptr<const auth::RsaKey> own_key() {
  static const auto made = [] {
    const auto path = std::filesystem::temp_directory_path() / fmt::format("tonearm_fuzz_key_{}", getpid());
    auto key =
        auth::RsaKey::load_or_create(path, "Fuzz", base::WallTime(std::chrono::seconds(1'700'000'000)));
    std::filesystem::remove(path);
    return std::move(*key);
  }();
  return made;
}

}  // namespace tonearm::fuzz
