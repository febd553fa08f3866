#include "config/errc.hpp"

#include <string>

namespace tonearm::config {
namespace {

class Category : public std::error_category {
 public:
  const char* name() const noexcept override { return "config"; }

  std::string message(int value) const override {
    switch (static_cast<ConfigErrc>(value)) {
      case ConfigErrc::no_file:
        return "no configuration";
      case ConfigErrc::unreadable:
        return "the configuration cannot be read";
      case ConfigErrc::syntax:
        return "the configuration is not valid TOML";
      case ConfigErrc::invalid:
        return "the configuration is wrong";
      case ConfigErrc::dev_secret:
        return "the development secret cannot be stored";
    }
    return "unknown configuration error";
  }
};

}  // namespace

const std::error_category& config_category() {
  static const Category category;
  return category;
}

std::error_code make_error_code(ConfigErrc errc) {
  return {static_cast<int>(errc), config_category()};
}

}  // namespace tonearm::config
