#include "graph_client.hpp"

#include <cctype>

namespace bot {
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

std::string form_encode(std::string_view text) {
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_') {
      out += c;
    } else {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return out;
}

/// The `error.message` of a Graph error body, else the body.
std::string error_text(const std::string& body) {
  boost::system::error_code error;
  const json::value value = json::parse(body, error);
  if (error) return body;
  const json::value* message = value.find_pointer("/error/message", error);
  return message != nullptr && message->is_string() ? std::string(message->as_string()) : body;
}

json::object media_info(const std::string& url) {
  return {{"@odata.type", "#microsoft.graph.mediaInfo"}, {"uri", url}, {"resourceId", url}};
}

}  // namespace

asio::awaitable<std::string> TokenSource::token() {
  if (std::chrono::steady_clock::now() < good_until_) co_return token_;
  HttpClient http(options_.server);
  HttpRequest request{
      .target = "/" + options_.tenant + "/oauth2/v2.0/token",
      .body = "grant_type=client_credentials&scope=" + form_encode("https://graph.microsoft.com/.default") +
              "&client_id=" + form_encode(options_.client_id) +
              "&client_secret=" + form_encode(options_.client_secret),
      .content_type = "application/x-www-form-urlencoded",
      .authorization = {}};
  const HttpResponse response = co_await http.send(std::move(request));
  log_.write("answered", {{"what", "token"},
                          {"status", response.status},
                          {"sent_ns", response.sent_ns},
                          {"answered_ns", response.answered_ns}});
  if (response.status != 200) throw ApiError(response.status, "no token: " + response.body);
  const json::object body = json::parse(response.body).as_object();
  token_ = std::string(body.at("access_token").as_string());
  const std::chrono::seconds life(body.at("expires_in").to_number<int>());
  good_until_ = std::chrono::steady_clock::now() + life - std::chrono::seconds(60);
  co_return token_;
}

CallApi::CallApi(const Options& options, TokenSource& tokens, EventLog& log, std::string call)
    : tokens_(tokens), log_(log), call_(std::move(call)), http_(options.server) {}

asio::awaitable<void> CallApi::answer(std::vector<std::string> prefetch_urls) {
  json::array prefetch;
  for (const std::string& url : prefetch_urls) prefetch.push_back(media_info(url));
  json::object body{{"acceptedModalities", json::array{"audio"}},
                    {"mediaConfig", json::object{{"@odata.type", "#microsoft.graph.serviceHostedMediaConfig"},
                                                 {"preFetchMedia", std::move(prefetch)}}}};
  co_await request("POST", "answer", std::move(body), {});
}

asio::awaitable<std::string> CallApi::play_prompt(std::string name, std::string url) {
  const json::object prompt{{"@odata.type", "#microsoft.graph.mediaPrompt"}, {"mediaInfo", media_info(url)}};
  json::object body{{"clientContext", name}, {"prompts", json::array{prompt}}};
  json::object facts{{"prompt", name}};
  const json::value operation = co_await request("POST", "playPrompt", std::move(body), std::move(facts));
  co_return std::string(operation.at("id").as_string());
}

asio::awaitable<void> CallApi::cancel_media_processing() {
  json::object body{{"clientContext", "changed my mind"}};
  co_await request("POST", "cancelMediaProcessing", std::move(body), {});
}

asio::awaitable<void> CallApi::hang_up() {
  co_await request("DELETE", "", {}, {});
}

asio::awaitable<json::value> CallApi::request(std::string method, std::string what, json::object body,
                                              json::object facts) {
  HttpRequest http_request;
  http_request.method = method;
  http_request.target = "/v1.0/communications/calls/" + call_ + (what.empty() ? "" : "/" + what);
  if (!body.empty()) http_request.body = json::serialize(body);
  http_request.authorization = "Bearer " + co_await tokens_.token();

  facts["call"] = call_;
  facts["what"] = what.empty() ? "delete" : what;
  log_.write("asked", facts);
  const HttpResponse response = co_await http_.send(std::move(http_request));
  facts["status"] = response.status;
  facts["sent_ns"] = response.sent_ns;
  facts["answered_ns"] = response.answered_ns;
  json::value answer;
  if (response.status >= 400) facts["error"] = error_text(response.body);
  if (response.status < 300 && !response.body.empty()) answer = json::parse(response.body);
  if (answer.is_object()) {
    for (const char* name : {"id", "@tonearm.stopMicroseconds"}) {
      if (const json::value* value = answer.as_object().if_contains(name)) facts[name] = *value;
    }
  }
  log_.write("answered", facts);
  if (response.status >= 400) throw ApiError(response.status, std::string(facts["error"].as_string()));
  co_return answer;
}

}  // namespace bot
