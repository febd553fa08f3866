#include "graph_client.hpp"

#include <cctype>

namespace bot {
namespace asio = boost::asio;
namespace json = boost::json;

namespace {

const std::string kCalls = "/v1.0/communications/calls";

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

json::object media_config(const std::vector<std::string>& prefetch_urls) {
  json::array prefetch;
  for (const std::string& url : prefetch_urls) prefetch.push_back(media_info(url));
  return {{"@odata.type", "#microsoft.graph.serviceHostedMediaConfig"},
          {"preFetchMedia", std::move(prefetch)}};
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
      .content_type = "application/x-www-form-urlencoded"};
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

asio::awaitable<void> CallApi::create(std::string user, std::vector<std::string> prefetch_urls) {
  const json::object identity{{"@odata.type", "#microsoft.graph.identity"}, {"id", std::move(user)}};
  const json::object target{
      {"@odata.type", "#microsoft.graph.invitationParticipantInfo"},
      {"identity", json::object{{"@odata.type", "#microsoft.graph.identitySet"}, {"user", identity}}}};
  // Without callbackUri, which must be https, this server tells the application's own webhook.
  const json::object body{{"@odata.type", "#microsoft.graph.call"},
                          {"targets", json::array{target}},
                          {"requestedModalities", json::array{"audio"}},
                          {"mediaConfig", media_config(prefetch_urls)}};
  HttpRequest http_request{.method = "POST", .target = kCalls, .body = json::serialize(body)};
  const json::value call = co_await request(std::move(http_request), "createCall", {});
  call_ = std::string(call.at("id").as_string());
}

asio::awaitable<void> CallApi::answer(std::vector<std::string> prefetch_urls) {
  json::object body{{"acceptedModalities", json::array{"audio"}},
                    {"mediaConfig", media_config(prefetch_urls)}};
  co_await act("answer", std::move(body));
}

asio::awaitable<std::string> CallApi::play_prompt(std::string name, std::string url) {
  const json::object prompt{{"@odata.type", "#microsoft.graph.mediaPrompt"}, {"mediaInfo", media_info(url)}};
  json::object body{{"clientContext", name}, {"prompts", json::array{prompt}}};
  json::object facts{{"prompt", name}};
  const json::value operation = co_await act("playPrompt", std::move(body), std::move(facts));
  co_return std::string(operation.at("id").as_string());
}

asio::awaitable<void> CallApi::cancel_media_processing() {
  json::object body{{"clientContext", "changed my mind"}};
  co_await act("cancelMediaProcessing", std::move(body));
}

asio::awaitable<void> CallApi::subscribe_to_tones() {
  json::object body{{"clientContext", "keys"}};
  co_await act("subscribeToTone", std::move(body));
}

asio::awaitable<std::string> CallApi::record_response(std::string name) {
  json::object body{{"clientContext", name},
                    {"playBeep", true},
                    {"initialSilenceTimeoutInSeconds", 5},
                    {"maxSilenceTimeoutInSeconds", 3},
                    {"maxRecordDurationInSeconds", 20},
                    {"stopTones", json::array{"#"}}};
  json::object facts{{"prompt", name}};
  const json::value operation = co_await act("recordResponse", std::move(body), std::move(facts));
  co_return std::string(operation.at("id").as_string());
}

asio::awaitable<std::string> CallApi::download(std::string location, std::string token) {
  json::object facts{{"call", call_}, {"what", "download"}, {"location", location}};
  log_.write("asked", facts);
  HttpClient http(location);  // where it is said to be, whatever host that is
  const auto path = location.find('/', location.find("://") + 3);
  HttpRequest http_request{.method = "GET",
                           .target = path == std::string::npos ? "/" : location.substr(path),
                           .authorization = "Bearer " + token};
  HttpResponse response = co_await http.send(std::move(http_request));
  facts["bytes"] = response.body.size();
  log_answer(response, std::move(facts));
  co_return std::move(response.body);
}

asio::awaitable<void> CallApi::hang_up() {
  HttpRequest http_request{.method = "DELETE", .target = kCalls + ("/" + call_)};
  co_await request(std::move(http_request), "delete", {});
}

asio::awaitable<json::value> CallApi::act(std::string action, json::object body, json::object facts) {
  HttpRequest http_request{
      .method = "POST", .target = kCalls + ("/" + call_ + "/" + action), .body = json::serialize(body)};
  co_return co_await request(std::move(http_request), std::move(action), std::move(facts));
}

asio::awaitable<json::value> CallApi::request(HttpRequest http_request, std::string what,
                                              json::object facts) {
  http_request.authorization = "Bearer " + co_await tokens_.token();
  if (!call_.empty()) facts["call"] = call_;
  facts["what"] = what;
  log_.write("asked", facts);
  const HttpResponse response = co_await http_.send(std::move(http_request));
  json::value answer;
  if (response.status < 300 && !response.body.empty()) answer = json::parse(response.body);
  if (answer.is_object()) {
    for (const char* name : {"id", "@tonearm.stopMicroseconds"}) {
      if (const json::value* value = answer.as_object().if_contains(name)) facts[name] = *value;
    }
    if (what == "createCall") facts["call"] = facts["id"];
  }
  log_answer(response, std::move(facts));
  co_return answer;
}

/// Throws ApiError for a refusal.
void CallApi::log_answer(const HttpResponse& response, json::object facts) {
  facts["status"] = response.status;
  facts["sent_ns"] = response.sent_ns;
  facts["answered_ns"] = response.answered_ns;
  const std::string refusal = response.status >= 400 ? error_text(response.body) : std::string();
  if (response.status >= 400) facts["error"] = refusal;
  log_.write("answered", std::move(facts));
  if (response.status >= 400) throw ApiError(response.status, refusal);
}

}  // namespace bot
