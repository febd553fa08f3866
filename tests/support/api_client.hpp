#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json.hpp>

#include "http_peer.hpp"

namespace tonearm::testing {

struct ApiAnswer {
  HttpMessage response;
  std::int64_t sent_ns = 0;      ///< Request handed to the kernel (CLOCK_REALTIME).
  std::int64_t answered_ns = 0;  ///< Response read.

  [[nodiscard]] int status() const { return response.status(); }
  [[nodiscard]] boost::json::object json() const;
  [[nodiscard]] std::string text(const char* member) const;
  [[nodiscard]] std::string id() const { return text("id"); }
};

/// A prompt of a request. Its `loop` is left out if it is 0.
struct MediaPrompt {
  std::string uri;
  std::string resource_id = {};
  int loop = 0;
};

/// `mediaInfo`s with commas between them, as `preFetchMedia` holds them.
std::string media_infos(const std::vector<MediaPrompt>& prompts);

/// Speaks to the API over one kept connection, byte by byte where a test wants that.
class ApiClient {
 public:
  ApiClient(base::Endpoint server, std::string token, std::string root = "/v1.0/communications/calls");

  /// Client-credentials token from the server's own issuer; empty if refused.
  static std::string fetch_token(const base::Endpoint& server, const std::string& tenant,
                                 const std::string& id, const std::string& secret);

  ApiAnswer request(const std::string& method, const std::string& path,
                    const std::optional<std::string>& body = {},
                    const std::string& extra_headers = "Content-Type: application/json\r\n");
  ApiAnswer raw(const std::string& bytes);

  ApiAnswer answer(const std::string& call, const std::string& callback,
                   const std::vector<MediaPrompt>& prefetch = {});
  ApiAnswer play(const std::string& call, const std::string& uri, const std::string& context = "");
  /// All of them as one operation.
  ApiAnswer play_list(const std::string& call, const std::vector<MediaPrompt>& prompts);
  ApiAnswer cancel(const std::string& call, const std::string& body = "{}");
  ApiAnswer hang_up(const std::string& call) { return request("DELETE", "/" + call); }
  ApiAnswer get(const std::string& path) { return request("GET", path, {}, ""); }

  [[nodiscard]] const base::Endpoint& server() const { return server_; }
  [[nodiscard]] const std::string& token() const { return token_; }

 private:
  base::Endpoint server_;
  std::string token_;
  std::string root_;
  HttpConnection connection_;
};

}  // namespace tonearm::testing
