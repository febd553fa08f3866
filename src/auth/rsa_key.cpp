#include "auth/rsa_key.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>

#include "auth/detail/base64.hpp"
#include "auth/detail/certificate.hpp"
#include "auth/detail/handles.hpp"
#include "auth/errc.hpp"
#include "base/private_file.hpp"

namespace tonearm::auth {
namespace {

using detail::Bytes;
using detail::key_number;

constexpr long kCertificateDays = 3650;

detail::Jwk to_jwk(const EVP_PKEY* key) {
  Bytes n = key_number(key, OSSL_PKEY_PARAM_RSA_N), e = key_number(key, OSSL_PKEY_PARAM_RSA_E),
        d = key_number(key, OSSL_PKEY_PARAM_RSA_D), p = key_number(key, OSSL_PKEY_PARAM_RSA_FACTOR1),
        q = key_number(key, OSSL_PKEY_PARAM_RSA_FACTOR2), dp = key_number(key, OSSL_PKEY_PARAM_RSA_EXPONENT1),
        dq = key_number(key, OSSL_PKEY_PARAM_RSA_EXPONENT2),
        qi = key_number(key, OSSL_PKEY_PARAM_RSA_COEFFICIENT1);
  const cjose_jwk_rsa_keyspec spec{e.data(),  e.size(),  n.data(),  n.size(), d.data(),  d.size(),
                                   p.data(),  p.size(),  q.data(),  q.size(), dp.data(), dp.size(),
                                   dq.data(), dq.size(), qi.data(), qi.size()};
  return detail::Jwk(cjose_jwk_create_RSA_spec(&spec, nullptr));
}

detail::Certificate self_signed(EVP_PKEY* key, const std::string& common_name, base::WallTime now) {
  detail::Certificate certificate(X509_new());
  X509* raw = certificate.get();
  const std::time_t begin = base::WallClock::to_time_t(now);
  X509_NAME* name = X509_get_subject_name(raw);
  const auto* text = reinterpret_cast<const unsigned char*>(common_name.c_str());
  const bool made =
      X509_set_version(raw, X509_VERSION_3) && ASN1_INTEGER_set_int64(X509_get_serialNumber(raw), begin) &&
      ASN1_TIME_set(X509_getm_notBefore(raw), begin) &&
      ASN1_TIME_adj(X509_getm_notAfter(raw), begin, kCertificateDays, 0) &&
      X509_NAME_add_entry_by_NID(name, NID_commonName, MBSTRING_UTF8, text, -1, -1, 0) &&
      X509_set_issuer_name(raw, name) && X509_set_pubkey(raw, key) && X509_sign(raw, key, EVP_sha256()) > 0;
  return made ? std::move(certificate) : nullptr;
}

std::string to_pem(EVP_PKEY* key, X509* certificate) {
  const detail::Bio bio(BIO_new(BIO_s_secmem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  PEM_write_bio_X509(bio.get(), certificate);
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio.get(), &data);
  return {data, static_cast<std::size_t>(length)};
}

/// RFC 7638: the required members in alphabetical order.
std::string thumbprint(const std::string& e, const std::string& n) {
  const std::string canonical = R"({"e":")" + e + R"(","kty":"RSA","n":")" + n + R"("})";
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(canonical.data()), canonical.size(), digest);
  return detail::base64url(digest);
}

std::unexpected<base::Error> unusable(const std::filesystem::path& path) {
  char reason[256];
  ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
  return base::fail(AuthErrc::key_unusable, path.string() + ": " + reason);
}

}  // namespace

struct RsaKey::Parts {
  detail::PrivateKey key;
  detail::Certificate certificate;
  detail::Jwk jwk;
};

RsaKey::RsaKey(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {
  const std::string n = detail::base64url(key_number(parts_->key.get(), OSSL_PKEY_PARAM_RSA_N));
  const std::string e = detail::base64url(key_number(parts_->key.get(), OSSL_PKEY_PARAM_RSA_E));
  const Bytes der = detail::to_der(parts_->certificate.get());
  certificate_thumbprint_ = detail::thumbprint_sha1(der);
  key_id_ = thumbprint(e, n);
  public_jwk_ = {{"kty", "RSA"},
                 {"use", "sig"},
                 {"alg", "RS256"},
                 {"kid", key_id_},
                 {"n", n},
                 {"e", e},
                 {"x5t", certificate_thumbprint_},
                 {"x5c", boost::json::array{detail::base64(der)}}};
}

RsaKey::~RsaKey() = default;

base::Result<std::shared_ptr<const RsaKey>> RsaKey::load_or_create(const std::filesystem::path& path,
                                                                   const std::string& common_name,
                                                                   base::WallTime now) {
  auto parts = std::make_unique<Parts>();
  std::error_code ignored;
  if (std::filesystem::exists(path, ignored)) {
    const auto pem = base::read_file(path);
    if (!pem) return std::unexpected(pem.error());
    const detail::Bio bio(BIO_new_mem_buf(pem->data(), static_cast<int>(pem->size())));
    parts->key.reset(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
    parts->certificate.reset(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
    if (!parts->key || !parts->certificate || !EVP_PKEY_is_a(parts->key.get(), "RSA")) return unusable(path);
  } else {
    parts->key.reset(EVP_RSA_gen(2048));
    if (parts->key) parts->certificate = self_signed(parts->key.get(), common_name, now);
    if (!parts->certificate) return unusable(path);
    const auto written = base::write_private_file(path, to_pem(parts->key.get(), parts->certificate.get()));
    if (!written) return std::unexpected(written.error());
  }
  parts->jwk = to_jwk(parts->key.get());
  if (!parts->jwk) return unusable(path);
  return std::shared_ptr<const RsaKey>(new RsaKey(std::move(parts)));
}

base::Result<std::string> RsaKey::sign(const boost::json::object& claims) const {
  const std::string payload = boost::json::serialize(claims);
  const detail::JoseHeader header(cjose_header_new(nullptr));
  const bool complete = cjose_header_set(header.get(), "alg", "RS256", nullptr) &&
                        cjose_header_set(header.get(), "typ", "JWT", nullptr) &&
                        cjose_header_set(header.get(), "kid", key_id_.c_str(), nullptr) &&
                        cjose_header_set(header.get(), "x5t", certificate_thumbprint_.c_str(), nullptr);
  cjose_err error{};
  const detail::Jws jws(complete ? cjose_jws_sign(parts_->jwk.get(), header.get(),
                                                  reinterpret_cast<const unsigned char*>(payload.data()),
                                                  payload.size(), &error)
                                 : nullptr);
  const char* text = nullptr;
  if (!jws || !cjose_jws_export(jws.get(), &text, &error))
    return base::fail(AuthErrc::key_unusable, error.message ? error.message : "signing failed");
  return std::string(text);
}

std::string jwks_document(const RsaKey& key) {
  return boost::json::serialize(boost::json::object{{"keys", boost::json::array{key.public_jwk()}}});
}

}  // namespace tonearm::auth
