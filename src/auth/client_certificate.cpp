#include "auth/client_certificate.hpp"

#include <algorithm>
#include <ctime>

#include <boost/json/array.hpp>
#include <openssl/core_names.h>
#include <openssl/pem.h>

#include "auth/detail/base64.hpp"
#include "auth/detail/certificate.hpp"
#include "auth/errc.hpp"

namespace tonearm::auth {
namespace {

/// Some clients write it with the padding that base64url has no need of.
std::string_view without_padding(std::string_view text) {
  while (text.ends_with('=')) text.remove_suffix(1);
  return text;
}

bool is_text(const boost::json::value& value, std::string_view expected) {
  return value.is_string() &&
         without_padding(std::string_view(value.get_string())) == without_padding(expected);
}

base::WallTime time_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (ASN1_TIME_to_tm(time, &parts) != 1) return {};
  return base::WallClock::from_time_t(::timegm(&parts));
}

/// A time that no time point holds, as the year 9999 of certificates without an end, is as good as never.
base::WallTime end_of(const X509* certificate) {
  constexpr std::time_t kFarAway = 9'000'000'000;  // the year 2255
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts) != 1) return {};
  return base::WallClock::from_time_t(std::min(::timegm(&parts), kFarAway));
}

base::Result<PublicKey> public_key_of(const X509* certificate, const std::string& id) {
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  if (!key || !EVP_PKEY_is_a(key, "RSA")) return base::fail(AuthErrc::key_unusable, "its key is no RSA key");
  return PublicKey::from_jwk({{"kty", "RSA"},
                              {"kid", id},
                              {"n", detail::base64url(detail::key_number(key, OSSL_PKEY_PARAM_RSA_N))},
                              {"e", detail::base64url(detail::key_number(key, OSSL_PKEY_PARAM_RSA_E))}});
}

}  // namespace

base::Result<ClientCertificate> ClientCertificate::from_pem(std::string_view pem) {
  const detail::Bio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const detail::Certificate certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
  if (!certificate) return base::fail(AuthErrc::key_unusable, "it holds no certificate in PEM");
  const detail::Bytes der = detail::to_der(certificate.get());
  std::string sha256 = detail::thumbprint_sha256(der);
  auto key = public_key_of(certificate.get(), sha256);
  if (!key) return std::unexpected(key.error());
  ClientCertificate made(std::move(*key));
  made.sha1_ = detail::thumbprint_sha1(der);
  made.sha256_ = std::move(sha256);
  made.der_ = detail::base64(der);
  made.begins_ = time_of(X509_get0_notBefore(certificate.get()));
  made.ends_ = end_of(certificate.get());
  return made;
}

bool ClientCertificate::is_meant_by(const boost::json::object& header) const {
  if (const auto* named = header.if_contains("x5t#S256"); named && !is_text(*named, sha256_)) return false;
  if (const auto* named = header.if_contains("x5t"); named && !is_text(*named, sha1_)) return false;
  const auto* chain = header.if_contains("x5c");
  if (!chain) return true;
  return chain->is_array() && !chain->get_array().empty() && is_text(chain->get_array().front(), der_);
}

}  // namespace tonearm::auth
