#include "auth/detail/certificate.hpp"

#include <openssl/sha.h>

#include "auth/detail/base64.hpp"

namespace tonearm::auth::detail {

Bytes key_number(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) return {};
  const Number owner(raw);
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(raw)));
  BN_bn2bin(raw, bytes.data());
  return bytes;
}

Bytes to_der(const X509* certificate) {
  unsigned char* raw = nullptr;
  const int length = i2d_X509(certificate, &raw);
  if (length < 0) return {};
  Bytes der(raw, raw + length);
  OPENSSL_free(raw);
  return der;
}

std::string thumbprint_sha1(std::span<const unsigned char> der) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(der.data(), der.size(), digest);
  return base64url(digest);
}

std::string thumbprint_sha256(std::span<const unsigned char> der) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(der.data(), der.size(), digest);
  return base64url(digest);
}

}  // namespace tonearm::auth::detail
