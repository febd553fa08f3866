#include "sip/resolver.hpp"

#include <algorithm>
#include <cctype>
#include <fstream>
#include <sstream>
#include <utility>

#include "sip/address.hpp"

namespace tonearm::sip {
namespace {

constexpr std::uint32_t kServersMax = 8;
constexpr std::chrono::milliseconds kLimit{2000};  // a caller hears silence meanwhile
constexpr std::size_t kQueriesMax = 256;           // at once

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

/// The first address of each name (hosts(5)).
std::unordered_map<std::string, std::string> read_hosts() {
  std::unordered_map<std::string, std::string> hosts;
  std::ifstream file("/etc/hosts");
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string address;
    words >> address;
    for (std::string name; words >> name;) hosts.try_emplace(lower(name), address);
  }
  return hosts;
}

std::uint32_t name_servers(const std::vector<std::string>& texts, sa* servers) {
  std::uint32_t count = 0;
  for (const std::string& text : texts) {
    const auto endpoint = base::Endpoint::parse(text);
    if (endpoint && count < kServersMax) servers[count++] = to_sa(*endpoint);
  }
  if (count > 0) return count;
  char domain[256] = {};
  count = kServersMax;
  return dns_srv_get(domain, sizeof domain, servers, &count) == 0 ? count : 0;
}

std::optional<std::string> address_in(const dnsrr& record) {
  sa address{};
  if (record.type == DNS_TYPE_A) {
    sa_set_in(&address, record.rdata.a.addr, 0);
  } else {
    sa_set_in6(&address, record.rdata.aaaa.addr, 0);
  }
  return to_endpoint(address).address;
}

}  // namespace

Resolver::Resolver(Loop& loop, const std::vector<std::string>& servers) : loop_(loop), hosts_(read_hosts()) {
  sa addresses[kServersMax];
  const std::uint32_t count = name_servers(servers, addresses);
  dnsc* client = nullptr;
  if (count > 0 && dnsc_alloc(&client, nullptr, addresses, count) == 0) client_.reset(client);
}

Resolver::~Resolver() {
  for (auto& [number, query] : queries_) {
    loop_.cancel(query->limit);
    mem_deref(query->query);
  }
}

std::optional<std::string> Resolver::known(const std::string& host) const {
  if (is_address_literal(host)) return host;
  const auto found = hosts_.find(lower(host));
  if (found == hosts_.end()) return std::nullopt;
  return found->second;
}

void Resolver::look_up(const std::string& host, bool v6, Done done) {
  if (auto address = known(host)) return done(std::move(address));
  if (!client_ || queries_.size() >= kQueriesMax) return done(std::nullopt);
  const std::uint64_t number = ++last_;
  Query& query = *queries_.emplace(number, std::make_unique<Query>()).first->second;
  query.owner = this;
  query.number = number;
  query.done = std::move(done);
  query.limit = loop_.after(kLimit, [this, number] { finish(number, std::nullopt); });
  const std::uint16_t type = v6 ? DNS_TYPE_AAAA : DNS_TYPE_A;
  if (dnsc_query(&query.query, client_.get(), host.c_str(), type, DNS_CLASS_IN, true, on_answer, &query) !=
      0) {
    finish(number, std::nullopt);
  }
}

void Resolver::on_answer(int error, const dnshdr*, list* answers, list*, list*, void* query) {
  const auto& asked = *static_cast<Query*>(query);
  dnsrr* record = nullptr;
  for (const std::uint16_t type : {DNS_TYPE_A, DNS_TYPE_AAAA}) {
    if (error == 0 && record == nullptr)
      record = dns_rrlist_find(answers, nullptr, type, DNS_CLASS_IN, false);
  }
  asked.owner->finish(asked.number, record == nullptr ? std::nullopt : address_in(*record));
}

void Resolver::finish(std::uint64_t number, std::optional<std::string> address) {
  auto found = queries_.extract(number);
  if (!found) return;
  Query& query = *found.mapped();
  loop_.cancel(query.limit);
  mem_deref(std::exchange(query.query, nullptr));
  query.done(std::move(address));
}

}  // namespace tonearm::sip
