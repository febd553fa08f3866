#include "cli/options.hpp"

#include <gtest/gtest.h>

namespace tonearm::cli {
namespace {

using std::chrono::milliseconds;

std::expected<Subcommand, Farewell> parse(std::vector<const char*> arguments) {
  arguments.insert(arguments.begin(), "tonearm");
  return parse_command_line(static_cast<int>(arguments.size()), arguments.data());
}

constexpr const char* kCall = "6a1f0d00-3c52-4e8b-9b1d-0f4c7e2ad901";

template <class Options>
Options parsed(std::vector<const char*> arguments) {
  const auto command = parse(std::move(arguments));
  EXPECT_TRUE(command) << command.error().err;
  return std::get<Options>(command.value_or(Options{}));
}

TEST(command_line, serve_takes_file_dev_and_trace) {
  const auto plain = parsed<ServeOptions>({"serve"});
  EXPECT_FALSE(plain.config || plain.dev || plain.trace_sip);
  const auto full = parsed<ServeOptions>({"serve", "--config", "/dev/null", "--dev", "--trace", "sip"});
  EXPECT_EQ(full.config, "/dev/null");
  EXPECT_TRUE(full.dev && full.trace_sip);
}

TEST(command_line, call_takes_everything_a_script_needs) {
  const auto call =
      parsed<CallOptions>({"call", "sip:ivr@127.0.0.1:5060", "--from", "sip:ada@example.com", "--play",
                           "/dev/null", "--record", "heard.wav", "--dtmf", "12#", "--for", "10s", "--json",
                           "--user", "ada", "--password-file", "/dev/null"});
  EXPECT_EQ(call.uri, "sip:ivr@127.0.0.1:5060");
  EXPECT_EQ(call.from, "sip:ada@example.com");
  EXPECT_EQ(call.play, "/dev/null");
  EXPECT_EQ(call.record, "heard.wav");
  EXPECT_EQ(call.dtmf, "12#");
  EXPECT_EQ(call.user, "ada");
  EXPECT_EQ(call.password_file, "/dev/null");
  EXPECT_EQ(call.duration, milliseconds(10'000));
  EXPECT_TRUE(call.json);
  EXPECT_FALSE(call.listen);
}

TEST(command_line, durations_come_in_milliseconds_seconds_and_minutes) {
  const std::pair<const char*, int> good[] = {{"500ms", 500}, {"7", 7000}, {"7s", 7000}, {"2m", 120'000}};
  for (const auto& [text, ms] : good) {
    EXPECT_EQ(parsed<CallOptions>({"call", "sip:a@b", "--for", text}).duration, milliseconds(ms)) << text;
  }
  for (const char* text : {"", "s", "1h", "-1s", "9999999s", "1.5s"}) {
    EXPECT_EQ(parse({"call", "sip:a@b", "--for", text}).error().status, 2) << text;
  }
}

TEST(command_line, wrong_usage_is_exit_two_with_a_reason_on_stderr) {
  const std::vector<std::vector<const char*>> wrong{{},
                                                    {"dance"},
                                                    {"serve", "--trace", "rtp"},
                                                    {"serve", "--config", "/nonexistent.toml"},
                                                    {"call"},
                                                    {"call", "ada@127.0.0.1"},
                                                    {"call", "sip:a@b", "--dtmf", "12x"},
                                                    {"call", "sip:a@b", "--user", "ada"},
                                                    {"call", "sip:a@b", "--password-file", "/dev/null"},
                                                    {"check"},
                                                    {"token"},
                                                    {"ca"},
                                                    {"trace", "id", "x.pcapng"},
                                                    {"trace", kCall},
                                                    {"trace", kCall, "x.pcapng", "--admin", "8081"}};
  for (const auto& arguments : wrong) {
    const auto command = parse(arguments);
    ASSERT_FALSE(command);
    EXPECT_EQ(command.error().status, 2);
    EXPECT_FALSE(command.error().err.empty());
  }
}

TEST(command_line, help_is_exit_zero_and_names_every_subcommand) {
  const auto command = parse({"--help"});
  ASSERT_FALSE(command);
  EXPECT_EQ(command.error().status, 0);
  for (const char* name : {"serve", "check", "token", "ca", "demo", "call", "trace", "version"}) {
    EXPECT_NE(command.error().out.find(std::string("\n  ") + name), std::string::npos) << name;
  }
}

TEST(command_line, trace_takes_call_file_and_where_the_server_is) {
  const auto trace = parsed<TraceOptions>({"trace", kCall, "x.pcapng", "--admin", "http://[::1]:9",
                                           "--token-file", "/dev/null", "--config", "/dev/null", "--dev"});
  EXPECT_EQ(trace.call, kCall);
  EXPECT_EQ(trace.file, "x.pcapng");
  EXPECT_EQ(trace.admin.url, "http://[::1]:9");
  EXPECT_EQ(trace.admin.token_file, "/dev/null");
  EXPECT_EQ(trace.admin.config, "/dev/null");
  EXPECT_TRUE(trace.admin.dev);
}

TEST(command_line, the_others_have_their_options) {
  EXPECT_EQ(parsed<CheckOptions>({"check", "--config", "x.toml"}).config, "x.toml");
  EXPECT_EQ(parsed<TokenOptions>({"token", "--application", "ivr"}).application, "ivr");
  EXPECT_EQ(parsed<CaOptions>({"ca", "pki", "--host", "bot.example.com"}).hosts.size(), 1u);
  EXPECT_EQ(parsed<DemoOptions>({"demo"}).output, "demo-output");
  parsed<VersionOptions>({"version"});
}

}  // namespace
}  // namespace tonearm::cli
