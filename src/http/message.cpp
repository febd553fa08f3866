#include "http/message.hpp"

namespace tonearm::http {

Response json_response(int status, std::string body) {
  return {.status = status, .content_type = "application/json", .body = std::move(body)};
}

}  // namespace tonearm::http
