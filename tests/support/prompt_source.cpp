#include "prompt_source.hpp"

#include <algorithm>

namespace tonearm::testing {
namespace {

/// Value of a header in a block of header lines.
std::string value_of(const std::string& headers, const std::string& name) {
  const auto at = headers.find(name + ": ");
  if (at == std::string::npos) return {};
  const auto from = at + name.size() + 2;
  return headers.substr(from, headers.find("\r\n", from) - from);
}

}  // namespace

void PromptPeer::answer(const std::string& status, const std::string& body, const std::string& headers) {
  send("HTTP/1.1 " + status + "\r\n" + headers + "Content-Length: " + std::to_string(body.size()) +
       "\r\n\r\n" + body);
}

bool PromptPeer::given_up(std::chrono::milliseconds timeout) const {
  char byte = 0;
  const auto until = std::chrono::steady_clock::now() + timeout;
  while (!stopped() && std::chrono::steady_clock::now() < until) {
    if (socket_.readable(std::min(timeout, 50ms)) && ::recv(socket_.fd(), &byte, 1, MSG_PEEK) <= 0)
      return true;
  }
  return stopped();
}

void PromptPeer::reset() {
  const linger at_once{1, 0};
  setsockopt(socket_.fd(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  over_ = true;
}

PromptSource::PromptSource()
    : listener_([this](const HttpMessage& request, HttpConnection& connection, const std::stop_token& stop) {
        PromptPeer peer(connection.socket(), stop);
        respond(request.path(), request, peer);
        return !peer.over();
      }) {}

PromptSource::~PromptSource() {
  listener_.request_stop();
  {
    const std::lock_guard lock(mutex_);
    held_.clear();
  }
  changed_.notify_all();
}

std::string PromptSource::url(const std::string& path) const {
  return listener_.url(path);
}

void PromptSource::respond(const std::string& path, const HttpMessage& request, PromptPeer& peer) {
  Script script;
  {
    std::unique_lock lock(mutex_);
    requests_[path].push_back(request);
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held_.contains(path); });
    if (const auto found = scripts_.find(path); found != scripts_.end()) script = found->second;
  }
  if (script)
    script(request, peer);
  else
    peer.answer("404 Not Found");
}

void PromptSource::script(const std::string& path, Script script) {
  const std::lock_guard lock(mutex_);
  scripts_[path] = std::move(script);
}

void PromptSource::serve(const std::string& path, std::string bytes, const std::string& headers) {
  const std::string etag = value_of(headers, "ETag");
  const std::string modified = value_of(headers, "Last-Modified");
  script(path, [=](const HttpMessage& request, PromptPeer& peer) {
    const bool same = etag.empty() ? !modified.empty() && request.header("if-modified-since") == modified
                                   : request.header("if-none-match") == etag;
    if (same)
      peer.send("HTTP/1.1 304 Not Modified\r\n" + headers + "\r\n");
    else
      peer.answer("200 OK", bytes, headers + "Content-Type: audio/wav\r\n");
  });
}

void PromptSource::hold(const std::string& path) {
  const std::lock_guard lock(mutex_);
  held_.insert(path);
}

void PromptSource::release(const std::string& path) {
  {
    const std::lock_guard lock(mutex_);
    held_.erase(path);
  }
  changed_.notify_all();
}

std::vector<HttpMessage> PromptSource::requests(const std::string& path) const {
  const std::lock_guard lock(mutex_);
  const auto found = requests_.find(path);
  return found == requests_.end() ? std::vector<HttpMessage>{} : found->second;
}

bool PromptSource::wait_requests(const std::string& path, std::size_t count,
                                 std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return requests_[path].size() >= count; });
}

}  // namespace tonearm::testing
