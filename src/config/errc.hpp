#pragma once

#include <system_error>

namespace tonearm::config {

/// Why settings could not be loaded. The context says where and what to do, one problem a line.
enum class ConfigErrc {
  no_file = 1,  ///< Neither a file was named nor `--dev` asked for.
  unreadable,   ///< The file cannot be opened or read.
  syntax,       ///< It is not TOML.
  invalid,      ///< Keys or values are wrong, or ask for what is not built.
  dev_secret,   ///< `--dev` could not make or read its secret file.
};

const std::error_category& config_category();
std::error_code make_error_code(ConfigErrc errc);

}  // namespace tonearm::config

template <>
struct std::is_error_code_enum<tonearm::config::ConfigErrc> : std::true_type {};
