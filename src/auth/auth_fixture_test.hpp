#pragma once

#include <filesystem>
#include <string>

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>
#include <unistd.h>

#include "auth/rsa_key.hpp"
#include "auth/token_issuer.hpp"

namespace tonearm::auth::test {

inline const base::WallTime kNow{std::chrono::seconds(1'700'000'000)};

/// Two keys, made once per test program (a key takes some 100 ms).
inline std::shared_ptr<const RsaKey> key(const std::string& name = "own") {
  static std::map<std::string, std::shared_ptr<const RsaKey>> keys;
  auto& slot = keys[name];
  if (!slot) {
    const auto path =
        std::filesystem::temp_directory_path() / ("auth_" + std::to_string(getpid()) + "_" + name);
    slot = RsaKey::load_or_create(path, "Test", kNow).value();
    std::filesystem::remove(path);
  }
  return slot;
}

inline Application demo() {
  return {"demo",
          base::Guid::parse("00000000-0000-4000-8000-000000000001").value(),
          base::Guid::parse("00000000-0000-4000-8000-0000000000aa").value(),
          base::Secret("s3cret+/="),
          {"Calls.Initiate.All"}};
}

inline boost::json::object json(const std::string& text) {
  return boost::json::parse(text).as_object();
}

}  // namespace tonearm::auth::test
