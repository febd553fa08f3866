#include "auth/errc.hpp"

#include <string>

namespace tonearm::auth {
namespace {

struct Category : std::error_category {
  const char* name() const noexcept override { return "auth"; }
  std::string message(int value) const override {
    switch (static_cast<AuthErrc>(value)) {
      case AuthErrc::invalid_token:
        return "the access token is not valid";
      case AuthErrc::unknown_key:
        return "the access token is signed with an unknown key";
      case AuthErrc::delegated_token:
        return "a user's token cannot be used here, get an application's";
      case AuthErrc::key_unusable:
        return "the key cannot be used";
      case AuthErrc::issuer_unusable:
        return "the issuer cannot be used";
    }
    return "unknown authentication error";
  }
};

}  // namespace

const std::error_category& auth_category() {
  static const Category category;
  return category;
}

std::error_code make_error_code(AuthErrc errc) {
  return {static_cast<int>(errc), auth_category()};
}

}  // namespace tonearm::auth
