#include "net/tls.hpp"

#include <string_view>

#include <openssl/ssl.h>

#include "net/errc.hpp"

namespace tonearm::net {
namespace {

namespace ssl = boost::asio::ssl;

constexpr auto kOptions = ssl::context::default_workarounds | ssl::context::no_sslv2 |
                          ssl::context::no_sslv3 | ssl::context::no_tlsv1 | ssl::context::no_tlsv1_1;

base::Result<void> unusable(const std::filesystem::path& file, const boost::system::error_code& error) {
  return base::fail(NetErrc::certificate_unusable, file.string() + ": " + error.message());
}

/// Clients that offer HTTP/2 learn that we speak HTTP/1.1 (RFC 7301).
int select_http_1_1(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* offered,
                    unsigned offered_length, void*) {
  static constexpr unsigned char kOurs[] = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};
  unsigned char* chosen = nullptr;
  if (SSL_select_next_proto(&chosen, length, kOurs, sizeof kOurs, offered, offered_length) !=
      OPENSSL_NPN_NEGOTIATED)
    return SSL_TLSEXT_ERR_NOACK;
  *out = chosen;
  return SSL_TLSEXT_ERR_OK;
}

base::Result<std::shared_ptr<TlsContext>> make_server_context(const std::filesystem::path& certificate,
                                                              const std::filesystem::path& key) {
  auto context = std::make_shared<TlsContext>(ssl::context::tls_server);
  boost::system::error_code error;
  context->set_options(kOptions);
  if (context->use_certificate_chain_file(certificate.string(), error); error)
    return std::unexpected(unusable(certificate, error).error());
  if (context->use_private_key_file(key.string(), ssl::context::pem, error); error)
    return std::unexpected(unusable(key, error).error());
  if (SSL_CTX_check_private_key(context->native_handle()) != 1)
    return base::fail(NetErrc::certificate_unusable,
                      key.string() + " is not the key of " + certificate.string());
  SSL_CTX_set_alpn_select_cb(context->native_handle(), select_http_1_1, nullptr);
  SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);  // 32 kB less per idle connection
  return context;
}

}  // namespace

ServerTls::ServerTls(std::filesystem::path certificate, std::filesystem::path key)
    : certificate_(std::move(certificate)), key_(std::move(key)) {}

base::Result<std::shared_ptr<ServerTls>> ServerTls::load(std::filesystem::path certificate,
                                                         std::filesystem::path key) {
  std::shared_ptr<ServerTls> tls(new ServerTls(std::move(certificate), std::move(key)));
  if (auto loaded = tls->reload(); !loaded) return std::unexpected(loaded.error());
  return tls;
}

base::Result<void> ServerTls::reload() {
  auto context = make_server_context(certificate_, key_);
  if (!context) return std::unexpected(context.error());
  const std::lock_guard lock(mutex_);
  context_ = std::move(*context);
  return {};
}

std::shared_ptr<TlsContext> ServerTls::context() const {
  const std::lock_guard lock(mutex_);
  return context_;
}

base::Result<std::shared_ptr<TlsContext>> make_client_tls(const std::filesystem::path& extra_roots) {
  auto context = std::make_shared<TlsContext>(ssl::context::tls_client);
  boost::system::error_code error;
  context->set_options(kOptions);
  context->set_verify_mode(ssl::verify_peer);
  if (context->set_default_verify_paths(error); error)
    return base::fail(NetErrc::certificate_unusable, "the system's roots: " + error.message());
  if (extra_roots.empty()) return context;
  if (context->load_verify_file(extra_roots.string(), error); error)
    return std::unexpected(unusable(extra_roots, error).error());
  return context;
}

}  // namespace tonearm::net
