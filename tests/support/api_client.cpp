#include "api_client.hpp"

#include "body_log.hpp"

namespace tonearm::testing {
namespace json = boost::json;
namespace {

Socket connected(const base::Endpoint& server) {
  Socket socket(SOCK_STREAM, {server.is_v6() ? "::1" : "127.0.0.1", 0});
  socket.connect(server);
  return socket;
}

std::string media_info(const MediaPrompt& prompt) {
  std::string text = R"({"@odata.type":"#microsoft.graph.mediaInfo","uri":")" + prompt.uri + '"';
  if (!prompt.resource_id.empty()) text += R"(,"resourceId":")" + prompt.resource_id + '"';
  return text + "}";
}

}  // namespace

std::string media_infos(const std::vector<MediaPrompt>& prompts) {
  std::string text;
  for (const MediaPrompt& prompt : prompts) text += (text.empty() ? "" : ",") + media_info(prompt);
  return text;
}

json::object ApiAnswer::json() const {
  boost::system::error_code bad;
  const json::value value = json::parse(response.body, bad);
  return !bad && value.is_object() ? value.as_object() : json::object{};
}

std::string ApiAnswer::text(const char* member) const {
  const json::object body = json();
  const auto* value = body.if_contains(member);
  return value && value->is_string() ? std::string(value->as_string()) : "";
}

ApiClient::ApiClient(base::Endpoint server, std::string token, std::string root)
    : server_(std::move(server)),
      token_(std::move(token)),
      root_(std::move(root)),
      connection_(connected(server_)) {}

std::string ApiClient::fetch_token(const base::Endpoint& server, const std::string& tenant,
                                   const std::string& id, const std::string& secret) {
  const std::string form =
      "client_id=" + id + "&client_secret=" + secret +
      "&grant_type=client_credentials&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default";
  HttpConnection connection(connected(server));
  connection.write("POST /" + tenant + "/oauth2/v2.0/token HTTP/1.1\r\nHost: " + server.to_string() +
                   "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: " +
                   std::to_string(form.size()) + "\r\n\r\n" + form);
  const auto response = connection.read();
  return response ? ApiAnswer{*response}.text("access_token") : "";
}

ApiAnswer ApiClient::request(const std::string& method, const std::string& path,
                             const std::optional<std::string>& body, const std::string& extra_headers) {
  std::string bytes = method + " " + root_ + path + " HTTP/1.1\r\nHost: " + server_.to_string() + "\r\n";
  if (!token_.empty()) bytes += "Authorization: Bearer " + token_ + "\r\n";
  bytes += body ? extra_headers : "";
  bytes += "Content-Length: " + std::to_string(body ? body->size() : 0) + "\r\n\r\n";
  return raw(bytes + body.value_or(""));
}

ApiAnswer ApiClient::raw(const std::string& bytes) {
  ApiAnswer answer;
  answer.sent_ns = realtime_ns();
  connection_.write(bytes);
  if (auto response = connection_.read()) answer.response = std::move(*response);
  answer.answered_ns = realtime_ns();
  BodyLog::of_process().response(bytes, answer.response);
  if (answer.response.header("connection") == "close") connection_ = HttpConnection(connected(server_));
  return answer;
}

ApiAnswer ApiClient::answer(const std::string& call, const std::string& callback,
                            const std::vector<MediaPrompt>& prefetch) {
  return request(
      "POST", "/" + call + "/answer",
      R"({"callbackUri":")" + callback +
          R"(","mediaConfig":{"@odata.type":"#microsoft.graph.serviceHostedMediaConfig","preFetchMedia":[)" +
          media_infos(prefetch) + R"(]},"acceptedModalities":["audio"]})");
}

ApiAnswer ApiClient::play(const std::string& call, const std::string& uri, const std::string& context) {
  return request("POST", "/" + call + "/playPrompt",
                 R"({"clientContext":")" + context +
                     R"(","prompts":[{"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":{"uri":")" +
                     uri + R"("}}]})");
}

ApiAnswer ApiClient::play_list(const std::string& call, const std::vector<MediaPrompt>& prompts) {
  std::string list;
  for (const MediaPrompt& prompt : prompts) {
    list += (list.empty() ? "" : ",");
    list += R"({"@odata.type":"#microsoft.graph.mediaPrompt","mediaInfo":)" + media_info(prompt);
    if (prompt.loop != 0) list += R"(,"loop":)" + std::to_string(prompt.loop);
    list += "}";
  }
  return request("POST", "/" + call + "/playPrompt", R"({"prompts":[)" + list + "]}");
}

ApiAnswer ApiClient::cancel(const std::string& call, const std::string& body) {
  return request("POST", "/" + call + "/cancelMediaProcessing", body);
}

}  // namespace tonearm::testing
