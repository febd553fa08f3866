#include "http/errors.hpp"

#include "http/service.hpp"

namespace tonearm::http {

Responder::~Responder() {
  if (send_) send_({.status = 500});
}

Response error_response(const Request& request, const graph::ErrorAnswer& answer) {
  Response response =
      json_response(answer.status, answer.body({request.date, request.id, request.client_request_id}));
  if (answer.status == 401)
    response.headers.push_back({"WWW-Authenticate", R"(Bearer realm="tonearm", error="invalid_token")"});
  if (answer.status == 429 || answer.status == 503) response.headers.push_back({"Retry-After", "1"});
  return response;
}

Response error_response(const Request& request, graph::Errc errc, std::string_view message) {
  return error_response(request, graph::error_answer(errc, message));
}

Response method_not_allowed(const Request& request, std::string allow) {
  Response response = error_response(request, graph::Errc::method_not_allowed);
  response.headers.push_back({"Allow", std::move(allow)});
  return response;
}

}  // namespace tonearm::http
