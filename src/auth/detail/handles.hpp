#pragma once

#include <cstdlib>
#include <memory>

#include <cjose/cjose.h>
#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

// Owners for what the C libraries hand out.

namespace tonearm::auth::detail {

template <auto Free>
struct Release {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};

using Bio = std::unique_ptr<BIO, Release<BIO_free_all>>;
using Number = std::unique_ptr<BIGNUM, Release<BN_clear_free>>;
using PrivateKey = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Release<X509_free>>;
using Jwk = std::unique_ptr<cjose_jwk_t, Release<cjose_jwk_release>>;
using Jws = std::unique_ptr<cjose_jws_t, Release<cjose_jws_release>>;
using JoseHeader = std::unique_ptr<cjose_header_t, Release<cjose_header_release>>;
using CString = std::unique_ptr<char, Release<std::free>>;

}  // namespace tonearm::auth::detail
