#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "graph/errors.hpp"
#include "graph/read_command.hpp"

namespace tonearm::graph {

inline ReadOptions read_as(Version version = Version::v1_0, bool strict = false) {
  ReadOptions options;
  options.version = version;
  options.strict = strict;
  return options;
}

/// The command, or a test failure that shows the refusal.
template <class T>
T taken(Action action, std::string_view body, const ReadOptions& how = read_as()) {
  const auto command = read_command(action, body, how);
  EXPECT_TRUE(command) << body << ": " << (command ? "" : command.error().message());
  return command && std::holds_alternative<T>(*command) ? std::get<T>(*command) : T{};
}

/// The message of a 400; empty if the body was taken.
inline std::string refusal_of(Action action, std::string_view body, const ReadOptions& how = read_as()) {
  const auto command = read_command(action, body, how);
  if (command) return {};
  EXPECT_EQ(command.error().code, make_error_code(Errc::bad_request)) << body;
  return command.error().context;
}

inline std::string prompt_body(std::string_view uri = "https://cdn.example.com/a.wav",
                               std::string_view more = "") {
  return fmt::format(R"({{"@odata.type":"#microsoft.graph.mediaPrompt",)"
                     R"("mediaInfo":{{"@odata.type":"#microsoft.graph.mediaInfo","uri":"{}"}}{}}})",
                     uri, more);
}

inline std::string play_body(std::string_view prompts, std::string_view more = "") {
  return fmt::format(R"({{"prompts":[{}]{}}})", prompts, more);
}

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string all;
  for (std::size_t at = 0; at < times; ++at) all.append(at == 0 ? "" : ",").append(text);
  return all;
}

struct BodyCase {
  std::string name;
  std::string body;
  std::string says;  ///< Part of the refusal; empty: taken.
  bool strict = false;
};

inline void expect_cases(Action action, const std::vector<BodyCase>& cases, Version version = Version::v1_0) {
  for (const auto& [name, body, says, strict] : cases) {
    const std::string message = refusal_of(action, body, read_as(version, strict));
    if (says.empty()) {
      EXPECT_EQ(message, "") << name << ": " << body;
    } else {
      EXPECT_NE(message.find(says), std::string::npos) << name << ": '" << message << "'";
    }
  }
}

}  // namespace tonearm::graph
