#include "net/authority.hpp"

#include <algorithm>
#include <memory>
#include <optional>

#include <boost/asio/ip/address.hpp>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>

#include "base/private_file.hpp"
#include "net/errc.hpp"

namespace tonearm::net {
namespace {

template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Deleter<X509_free>>;
using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

constexpr long kLifetimeDays = 30;
constexpr long kRenewalDays = 1;

/// What goes into one certificate.
struct Profile {
  const char* common_name;
  std::vector<std::pair<int, std::string>> extensions;  // NID, value as in openssl.cnf
};

bool is_literal(const std::string& host) {
  boost::system::error_code error;
  boost::asio::ip::make_address(host, error);
  return !error;
}

std::vector<std::string> with_local_names(std::vector<std::string> hosts) {
  std::vector<std::string> names{"localhost", "127.0.0.1", "::1"};
  for (auto& host : hosts) {
    if (std::ranges::find(names, host) == names.end()) names.push_back(std::move(host));
  }
  return names;
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : ",") + std::string(is_literal(name) ? "IP:" : "DNS:") + name;
  return text;
}

std::string constraints(const std::vector<std::string>& names) {
  std::string text =
      "critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0,"
      "permitted;IP:::1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  for (const auto& name : names) {
    if (!is_literal(name) && name != "localhost") text += ",permitted;DNS:" + name;
    if (is_literal(name) && name.find(':') == std::string::npos && !name.starts_with("127."))
      text += ",permitted;IP:" + name + "/255.255.255.255";
    if (is_literal(name) && name.find(':') != std::string::npos && name != "::1")
      text += ",permitted;IP:" + name + "/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff";
  }
  return text;
}

Profile authority_profile(const std::vector<std::string>& names) {
  return {"Tonearm development authority",
          {{NID_basic_constraints, "critical,CA:TRUE,pathlen:0"},
           {NID_key_usage, "critical,keyCertSign,cRLSign"},
           {NID_subject_key_identifier, "hash"},
           {NID_name_constraints, constraints(names)}}};
}

Profile server_profile(const std::vector<std::string>& names) {
  return {"Tonearm development server",
          {{NID_basic_constraints, "critical,CA:FALSE"},
           {NID_key_usage, "critical,digitalSignature"},
           {NID_ext_key_usage, "serverAuth"},
           {NID_subject_key_identifier, "hash"},
           {NID_authority_key_identifier, "keyid:always"},
           {NID_subject_alt_name, alternative_names(names)}}};
}

bool set_serial(X509* certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  bytes[0] &= 0x7f;  // positive (RFC 5280 §4.1.2.2)
  const std::unique_ptr<BIGNUM, Deleter<BN_free>> number(BN_bin2bn(bytes, sizeof bytes, nullptr));
  return BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate)) != nullptr;
}

bool set_times(X509* certificate, base::WallTime now) {
  const std::time_t begin = base::WallClock::to_time_t(now) - 3600;  // clocks of containers differ
  return ASN1_TIME_set(X509_getm_notBefore(certificate), begin) &&
         ASN1_TIME_adj(X509_getm_notAfter(certificate), base::WallClock::to_time_t(now), kLifetimeDays, 0);
}

bool set_name(X509* certificate, const char* common_name) {
  const auto* bytes = reinterpret_cast<const unsigned char*>(common_name);
  return X509_NAME_add_entry_by_NID(X509_get_subject_name(certificate), NID_commonName, MBSTRING_UTF8,
                                    const_cast<unsigned char*>(bytes), -1, -1, 0) == 1;
}

bool add_extensions(X509* certificate, X509* issuer, const Profile& profile) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, certificate, nullptr, nullptr, 0);
  return std::ranges::all_of(profile.extensions, [&](const auto& wanted) {
    const std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>> extension(
        X509V3_EXT_conf_nid(nullptr, &context, wanted.first, wanted.second.c_str()));
    return extension && X509_add_ext(certificate, extension.get(), -1) == 1;
  });
}

/// Signed by `issuer_key`; self-signed if `issuer` is null. Null on failure, OpenSSL's queue says why.
Certificate make_certificate(const Profile& profile, EVP_PKEY* key, X509* issuer, EVP_PKEY* issuer_key,
                             base::WallTime now) {
  Certificate certificate(X509_new());
  X509* raw = certificate.get();
  X509* parent = issuer ? issuer : raw;
  const bool made = X509_set_version(raw, X509_VERSION_3) && set_serial(raw) && set_times(raw, now) &&
                    set_name(raw, profile.common_name) &&
                    X509_set_issuer_name(raw, X509_get_subject_name(parent)) && X509_set_pubkey(raw, key) &&
                    add_extensions(raw, parent, profile) && X509_sign(raw, issuer_key, EVP_sha256()) > 0;
  return made ? std::move(certificate) : nullptr;
}

std::string drain(BIO* bio) {
  char* data = nullptr;
  const long length = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(length)};
}

std::string to_pem(X509* certificate) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_X509(bio.get(), certificate);
  return drain(bio.get());
}

std::string to_pem(EVP_PKEY* key) {
  const Bio bio(BIO_new(BIO_s_mem()));
  PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return drain(bio.get());
}

Certificate read_certificate(const std::filesystem::path& path) {
  const auto text = base::read_file(path);
  if (!text) return nullptr;
  const Bio bio(BIO_new_mem_buf(text->data(), static_cast<int>(text->size())));
  return Certificate(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

bool lasts(X509* certificate, base::WallTime now) {
  std::time_t later = base::WallClock::to_time_t(now) + kRenewalDays * 24 * 3600;
  return X509_cmp_time(X509_get0_notAfter(certificate), &later) > 0;
}

bool covers(X509* certificate, const std::string& name) {
  if (is_literal(name)) return X509_check_ip_asc(certificate, name.c_str(), 0) == 1;
  return X509_check_host(certificate, name.c_str(), name.size(), X509_CHECK_FLAG_NEVER_CHECK_SUBJECT,
                         nullptr) == 1;
}

bool still_good(const AuthorityFiles& files, const std::vector<std::string>& names, base::WallTime now) {
  const Certificate ca = read_certificate(files.ca);
  const Certificate leaf = read_certificate(files.certificate);
  std::error_code ignored;
  return ca && leaf && std::filesystem::exists(files.key, ignored) && lasts(ca.get(), now) &&
         lasts(leaf.get(), now) && X509_verify(leaf.get(), X509_get0_pubkey(ca.get())) == 1 &&
         std::ranges::all_of(names, [&](const std::string& name) { return covers(leaf.get(), name); });
}

base::Result<void> write_all(const AuthorityFiles& files, X509* ca, EVP_PKEY* ca_key, X509* leaf,
                             EVP_PKEY* key) {
  const std::pair<std::filesystem::path, std::string> contents[] = {
      {files.ca_key, to_pem(ca_key)},
      {files.key, to_pem(key)},
      {files.certificate, to_pem(leaf) + to_pem(ca)},
      {files.ca, to_pem(ca)},
  };
  for (const auto& [path, text] : contents) {
    if (auto written = base::write_private_file(path, text); !written) return written;
  }
  // Clients of other users need to read this one; it holds no secret.
  std::error_code ignored;
  std::filesystem::permissions(files.ca, std::filesystem::perms(0644), ignored);
  return {};
}

}  // namespace

base::Result<AuthorityFiles> ensure_authority(const std::filesystem::path& folder,
                                              const std::vector<std::string>& hosts, base::WallTime now) {
  AuthorityFiles files{folder / "ca.pem", folder / "ca.key", folder / "server.pem", folder / "server.key"};
  const auto names = with_local_names(hosts);
  if (still_good(files, names, now)) return files;
  const Key ca_key(EVP_EC_gen("P-256"));
  const Key key(EVP_EC_gen("P-256"));
  const Certificate ca = make_certificate(authority_profile(names), ca_key.get(), nullptr, ca_key.get(), now);
  const Certificate leaf =
      ca ? make_certificate(server_profile(names), key.get(), ca.get(), ca_key.get(), now) : nullptr;
  if (!leaf) {
    char reason[256];
    ERR_error_string_n(ERR_get_error(), reason, sizeof reason);
    return base::fail(NetErrc::certificate_unusable,
                      "cannot make a certificate for " + alternative_names(names) + ": " + reason);
  }
  if (auto written = write_all(files, ca.get(), ca_key.get(), leaf.get(), key.get()); !written)
    return std::unexpected(written.error());
  return files;
}

}  // namespace tonearm::net
