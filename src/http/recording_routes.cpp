#include "http/recording_routes.hpp"

#include <string>
#include <utility>

#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "auth/sha256.hpp"
#include "base/log.hpp"
#include "graph/text.hpp"
#include "http/byte_range.hpp"
#include "http/errors.hpp"
#include "http/file_stream.hpp"

namespace tonearm::http {
namespace {

using graph::Errc;
using Kind = RangeRequest::Kind;

constexpr std::string_view kPath = "/tonearm/recordings/";
/// Enough that a download on a slow disk does not hold up all others.
constexpr std::size_t kReaders = 2;

std::string_view bearer_token(std::string_view authorization) {
  constexpr std::string_view kBearer = "Bearer ";
  if (!graph::starts_with_any_case(authorization, kBearer)) return {};
  return graph::trimmed(authorization.substr(kBearer.size()));
}

Response no_such_recording(const Request& request) {
  return error_response(request, Errc::item_not_found,
                        "There is no such recording; it never was, or its time is over.");
}

Response not_its_token(const Request& request) {
  return error_response(request, Errc::unauthenticated,
                        "Send the recording's own recordingAccessToken as Authorization: Bearer …; no other "
                        "token opens it.");
}

Response still_being_written(const Request& request) {
  return error_response(request, Errc::unavailable,
                        "The recording is still being written. Ask again after the time in Retry-After.");
}

Response not_satisfiable(const Request& request, std::uint64_t size) {
  Response response = error_response(
      request, {416, "BadRequest", fmt::format("The recording has {} bytes; ask for some of them.", size)});
  response.headers.push_back({"Content-Range", fmt::format("bytes */{}", size)});
  return response;
}

}  // namespace

/// A request on its way, and where its answer goes.
struct RecordingRoutes::Download {
  Request request;
  Responder respond;
  call::OperationId operation;
  auth::Sha256 token;
  call::CallId call = {};  ///< Once the token is known to be the recording's.
};

RecordingRoutes::RecordingRoutes(RecordingPorts ports, std::chrono::milliseconds wait)
    : ports_(ports), wait_(wait), readers_(kReaders) {}

RecordingRoutes::~RecordingRoutes() {
  readers_.stop();
  readers_.join();
}

bool RecordingRoutes::is_own(std::string_view path) {
  return path.starts_with(kPath);
}

void RecordingRoutes::handle(Request request, Responder respond) {
  if (request.method != "GET") return respond(method_not_allowed(request, "GET, HEAD"));
  const std::string_view token = bearer_token(request.authorization);
  if (token.empty()) return respond(not_its_token(request));
  const auto operation = call::OperationId::parse(request.path().substr(kPath.size()));
  if (!operation) return respond(no_such_recording(request));
  const auth::Sha256 hash = auth::sha256(token);
  auto download =
      std::make_shared<Download>(Download{std::move(request), std::move(respond), *operation, hash});
  ports_.rows.find_recording(*operation, [this, download](const auto& row) { on_row(download, row); });
}

void RecordingRoutes::on_row(const DownloadPtr& download, const std::optional<call::OfferedRecording>& row) {
  const Request& request = download->request;
  if (!row || row->expires <= request.date) return download->respond(no_such_recording(request));
  if (!auth::equal_in_constant_time(row->token_hash, download->token))
    return download->respond(not_its_token(request));
  download->call = row->call;
  ports_.files.await_file(download->operation, wait_, [this, download](const auto& path) {
    if (!path) return answer(*download, still_being_written(download->request));
    boost::asio::post(readers_, [this, download, path = *path] { answer(*download, open(*download, path)); });
  });
}

void RecordingRoutes::answer(Download& download, Response response) {
  if (ports_.asked) {
    const std::uint64_t bytes = response.stream ? response.length().value_or(0) : 0;
    ports_.asked(download.call, {download.operation, response.status, bytes});
  }
  download.respond(std::move(response));
}

Response RecordingRoutes::open(const Download& download, const std::filesystem::path& path) {
  const Request& request = download.request;
  auto file = OpenFile::open(path);
  if (!file) {
    const bool removed = file.error().code == std::errc::no_such_file_or_directory;  // its time came just now
    if (!removed) spdlog::error("recordings: {}", file.error().message());
    return removed ? no_such_recording(request) : error_response(request, Errc::internal);
  }
  const std::uint64_t size = (*file)->size();
  const std::string name = download.operation.to_string();
  const std::string etag = fmt::format("\"{}-{}\"", name, size);
  const bool still_same = request.if_range.empty() || request.if_range == etag;
  const RangeRequest asked = still_same ? read_range(request.range, size) : RangeRequest{};
  if (asked.kind == Kind::unsatisfiable) return not_satisfiable(request, size);
  const bool part = asked.kind == Kind::part;
  const ByteRange range = part ? asked.range : ByteRange{0, size};

  Response response{.status = part ? 206 : 200, .content_type = "application/octet-stream"};
  response.headers = {{"Content-Disposition", fmt::format("attachment; filename=\"{}.wav\"", name)},
                      {"Accept-Ranges", "bytes"},
                      {"ETag", etag},
                      {"Cache-Control", "no-store"}};
  if (part) {
    response.headers.push_back(
        {"Content-Range", fmt::format("bytes {}-{}/{}", range.first, range.first + range.length - 1, size)});
  }
  response.stream = std::make_shared<FileStream>(std::move(*file), range, readers_.get_executor());
  return response;
}

}  // namespace tonearm::http
