#include "http/admin_trace.hpp"

#include <memory>

#include "http/call_path.hpp"
#include "http/errors.hpp"

namespace tonearm::http {
namespace {

constexpr std::string_view kTrace = "/trace";
/// What the field uses; pcapng has no registered type.
constexpr const char* kPcapng = "application/x-pcapng";

Response trace_response(const Request& request, std::optional<std::string> file) {
  if (file) return {.status = 200, .content_type = kPcapng, .body = std::move(*file)};
  return error_response(request, graph::Errc::call_not_found,
                        "Nothing is kept of such a call: it never was, or ended too long ago.");
}

}  // namespace

bool AdminTrace::answers(std::string_view path) {
  return call_in_path(path, kTrace).has_value();
}

void AdminTrace::handle(const Request& request, Responder respond) const {
  if (request.method != "GET") return respond(method_not_allowed(request, "GET"));
  const auto call = call::CallId::parse(call_in_path(request.path(), kTrace).value_or(""));
  if (!call) return respond(trace_response(request, std::nullopt));
  sources_.trace(
      *call, [request, respond = std::make_shared<Responder>(std::move(respond))](
                 std::optional<std::string> file) { (*respond)(trace_response(request, std::move(file))); });
}

}  // namespace tonearm::http
