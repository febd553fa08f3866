#include <cstdio>
#include <optional>

#include <fmt/format.h>

#include "base/private_file.hpp"
#include "cli/fetch.hpp"
#include "cli/subcommands.hpp"

namespace tonearm::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kOk = 200;
constexpr int kUnauthorized = 401;
constexpr int kForbidden = 403;
constexpr int kNotFound = 404;
constexpr std::string_view kPcapngMagic = "\x0A\x0D\x0D\x0A";

int fail_with(const std::string& why) {
  std::fprintf(stderr, "tonearm trace: %s\n", why.c_str());
  return kExitFailed;
}

/// Looked at first, so that nothing is fetched in vain, and nothing but a file is ever replaced.
std::optional<std::string> why_not_writable(const fs::path& file) {
  std::error_code ignored;
  const fs::path folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(folder, ignored)) return folder.string() + " is no folder";
  if (fs::exists(file, ignored) && !fs::is_regular_file(file, ignored))
    return file.string() + " is not a file that could be replaced";
  return std::nullopt;
}

/// What went wrong, and what to do about it; nothing if the answer is a trace.
std::optional<std::string> fault_of(const base::Result<net::HttpResponse>& answer, const net::Url& url,
                                    const std::string& call) {
  if (!answer) {
    return fmt::format(
        "no answer from the admin listener at {} ({}); is the server running, and is that its "
        "address? Say --config or --admin.",
        url.origin(), answer.error().code.message());
  }
  switch (answer->status) {
    case kOk:
      break;
    case kUnauthorized:
      return fmt::format("{} wants the token of its admin listener; give --config or --token-file",
                         url.origin());
    case kForbidden:
      return fmt::format("{} does not answer under that name; give --admin with the address it listens at",
                         url.origin());
    case kNotFound:
      return fmt::format("{} keeps nothing of call {}: it never was, or ended too long ago", url.origin(),
                         call);
    default:
      return fmt::format("{} answered {}", url.origin(), answer->status);
  }
  if (answer->body.starts_with(kPcapngMagic)) return std::nullopt;
  return fmt::format("{} answered with no trace; is it the admin listener?", url.origin());
}

}  // namespace

int trace(const TraceOptions& options) {
  if (const auto why = why_not_writable(options.file)) return fail_with(*why);
  const auto admin = find_admin(options.admin);
  if (!admin) return fail_with(admin.error());
  const auto answer = fetch(*admin, "/tonearm/calls/" + options.call + "/trace");
  if (const auto fault = fault_of(answer, admin->url, options.call)) return fail_with(*fault);
  if (const auto written = base::write_private_file(options.file, answer->body); !written)
    return fail_with(written.error().message());
  std::printf("%s: %zu bytes; read it with tshark -r %s\n", options.file.c_str(), answer->body.size(),
              options.file.c_str());
  return kExitGood;
}

}  // namespace tonearm::cli
