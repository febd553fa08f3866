#include "tls_source.hpp"

#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

namespace tonearm::testing {
namespace {

namespace asio = boost::asio;

std::shared_ptr<net::TlsContext> context_of(const net::AuthorityFiles& files) {
  return net::ServerTls::load(files.certificate, files.key).value()->context();
}

std::size_t body_length(const std::string& head) {
  const auto at = head.find("Content-Length: ");
  return at == std::string::npos ? 0 : std::stoul(head.substr(at + 16));
}

}  // namespace

TlsSource::TlsSource(const std::string& address, const net::AuthorityFiles& files, std::string answer,
                     bool say_farewell)
    : acceptor_(context_, {asio::ip::make_address(address), 0}),
      say_farewell_(say_farewell),
      answer_(std::move(answer)) {
  show(files);
  thread_ = std::jthread([this] { serve(); });
}

TlsSource::~TlsSource() {
  stopping_ = true;
  boost::system::error_code ignored;
  asio::ip::tcp::socket(context_).connect(acceptor_.local_endpoint(), ignored);
}

std::string TlsSource::url(const std::string& host, const std::string& path) const {
  return "https://" + host + ":" + std::to_string(acceptor_.local_endpoint().port()) + path;
}

void TlsSource::answer_with(std::string answer) {
  const std::lock_guard lock(mutex_);
  answer_ = std::move(answer);
}

void TlsSource::show(const net::AuthorityFiles& files) {
  auto context = context_of(files);
  const std::lock_guard lock(mutex_);
  tls_ = std::move(context);
}

bool TlsSource::wait_connections(std::size_t count, std::chrono::milliseconds timeout) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, timeout, [&] { return connections_ >= count; });
}

std::optional<std::string> TlsSource::wait_request(const std::function<bool(const std::string&)>& fits,
                                                   std::chrono::milliseconds timeout) {
  return requests_.wait(fits, timeout);
}

void TlsSource::serve() {
  while (!stopping_) {
    boost::system::error_code error;
    asio::ip::tcp::socket socket(context_);
    acceptor_.accept(socket, error);
    if (error || stopping_) return;
    converse(socket);
    {
      const std::lock_guard lock(mutex_);
      ++connections_;
    }
    changed_.notify_all();
  }
}

void TlsSource::converse(asio::ip::tcp::socket& socket) {
  std::shared_ptr<net::TlsContext> tls;
  std::string answer;
  {
    const std::lock_guard lock(mutex_);
    tls = tls_;
    answer = answer_;
  }
  boost::system::error_code error;
  asio::ssl::stream<asio::ip::tcp::socket&> stream(socket, *tls);
  stream.handshake(asio::ssl::stream_base::server, error);
  if (error) return;
  std::string request;
  const std::size_t head = asio::read_until(stream, asio::dynamic_buffer(request), "\r\n\r\n", error);
  const std::size_t whole = head + body_length(request.substr(0, head));
  if (!error && request.size() < whole)
    asio::read(stream, asio::dynamic_buffer(request), asio::transfer_exactly(whole - request.size()), error);
  if (!error) requests_.add(std::move(request));
  asio::write(stream, asio::buffer(answer), error);
  if (say_farewell_) stream.shutdown(error);
}

}  // namespace tonearm::testing
