#include <algorithm>
#include <optional>
#include <string>

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include "graph/content.hpp"
#include "graph/errors.hpp"
#include "graph/parse_json.hpp"
#include "graph/read_create.hpp"
#include "http/byte_range.hpp"
#include "http/detail/request_reader.hpp"
#include "support/targets.hpp"

// Bytes on an HTTP connection: one request, its route, and the command in its body. The first byte says in
// pieces of what size they come.

namespace tonearm::fuzz {
namespace {

constexpr std::size_t kHeaderMax = 2048;
constexpr std::size_t kBodyMax = 4096;

struct Read {
  http::detail::Reading outcome = http::detail::Reading::complete;
  http::detail::Echo echo;
  std::optional<http::Request> request;
};

Read read_in_pieces(Bytes bytes, std::size_t size) {
  http::detail::RequestReader reader(kHeaderMax, kBodyMax);
  boost::beast::flat_buffer buffer;
  Read read;
  while (!reader.is_done() && !bytes.empty() && read.outcome == http::detail::Reading::complete) {
    const Bytes piece = bytes.first(std::min(size, bytes.size()));
    bytes = bytes.subspan(piece.size());
    buffer.commit(boost::asio::buffer_copy(buffer.prepare(piece.size()),
                                           boost::asio::buffer(piece.data(), piece.size())));
    read.outcome = reader.feed(buffer);
    (void)reader.wants_invitation();
  }
  read.echo = reader.echo();
  if (reader.is_done() && read.outcome == http::detail::Reading::complete) {
    (void)reader.keep_alive();
    read.request = reader.take();
  }
  return read;
}

void check_response(const http::Response& response, const http::detail::Echo& echo) {
  const std::string text = http::detail::to_text(response, echo, false);
  const auto end = text.find("\r\n\r\n");
  require(end != std::string::npos && text.substr(end + 4) == (echo.head ? "" : response.body),
          "the head of a response ends where it should");
  for (std::size_t i = 0; i < end; ++i)
    require(text[i] != '\n' || (i > 0 && text[i - 1] == '\r'), "the head of a response is lines");
}

void check_error(const base::Error& error, const http::detail::Echo& echo) {
  const graph::ErrorAnswer answer = graph::error_answer(error);
  require(answer.status >= 400 && answer.status <= 599, "a refusal has its status");
  const std::string body =
      answer.body({.date = {}, .request_id = echo.request_id, .client_request_id = echo.client_request_id});
  require(graph::parse_json(body).has_value(), "a refusal is JSON, whatever was asked");
  check_response(http::json_response(answer.status, body), echo);
}

void check_command(const graph::Route& route, const http::Request& request, const http::detail::Echo& echo) {
  for (const bool strict : {false, true}) {
    graph::ReadOptions options;
    options.version = route.version;
    options.strict = strict;
    options.body_max = kBodyMax;
    if (route.resource == graph::Resource::calls) {
      const graph::Requester requester{*call::ApplicationId::parse("2c7f8d14-90aa-4b0f-8c0d-3f1e5a6b7c05"),
                                       *call::TenantId::parse("7d2b3f0e-1111-4c58-9a01-5b8f3a6e0c01")};
      const auto order = graph::read_create_call(request.body, options, requester);
      if (!order) check_error(order.error(), echo);
    } else if (route.action != graph::Action::none) {
      const auto command = graph::read_command(route.action, request.body, options);
      if (!command) check_error(command.error(), echo);
    }
  }
}

void check_request(const http::Request& request, const http::detail::Echo& echo) {
  require(request.target.starts_with('/'), "a target is a path");
  require(request.body.size() <= kBodyMax, "a body has a bound");
  require(request.method != "HEAD", "HEAD comes as GET");
  constexpr std::uint64_t kFile = 1000;
  const auto range = http::read_range(request.range, kFile);
  require(
      range.kind != http::RangeRequest::Kind::part || (range.range.length > 0 && range.range.first < kFile &&
                                                       range.range.length <= kFile - range.range.first),
      "a part lies within the file");
  const graph::Route route = graph::parse_route(request.target);
  require(!graph::route_label(route).empty(), "every route has a label");
  if (!graph::is_allowed(route, request.method)) return;
  require(graph::allow_header(route).find(request.method) != std::string::npos, "what is allowed is told");
  (void)graph::not_served(route, request.method);
  if (const auto content =
          graph::check_content(request.content_type, request.content_encoding, request.has_body);
      !content) {
    check_error(content.error(), echo);
  }
  if (request.method == "POST") check_command(route, request, echo);
}

}  // namespace

void http_request(Bytes bytes) {
  Input input(bytes);
  const std::size_t size = input.byte() + std::size_t{1};
  const Read whole = read_in_pieces(input.rest(), input.rest().size() + 1);
  const Read pieces = read_in_pieces(input.rest(), size);
  require(whole.request.has_value() == pieces.request.has_value(), "pieces make no difference");
  if (!whole.request) return;
  require(whole.request->method == pieces.request->method &&
              whole.request->target == pieces.request->target &&
              whole.request->body == pieces.request->body &&
              whole.request->authorization == pieces.request->authorization,
          "pieces make the same request");
  check_request(*whole.request, whole.echo);
}

}  // namespace tonearm::fuzz
