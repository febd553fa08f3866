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
constexpr std::size_t kServicesMax = 8;            // SRV records of one name that are looked at
constexpr std::uint16_t kSipPort = 5060;

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

bool append_service(dnsrr* record, void* records) {
  const auto& srv = record->rdata.srv;
  if (srv.target != nullptr) {
    static_cast<std::vector<SrvRecord>*>(records)->push_back({srv.pri, srv.weight, srv.port, srv.target});
  }
  return false;
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
  ask(host, v6 ? DNS_TYPE_AAAA : DNS_TYPE_A, [done = std::move(done)](list* answers) {
    dnsrr* record = nullptr;
    for (const std::uint16_t type : {DNS_TYPE_A, DNS_TYPE_AAAA}) {
      if (answers != nullptr && record == nullptr)
        record = dns_rrlist_find(answers, nullptr, type, DNS_CLASS_IN, false);
    }
    done(record == nullptr ? std::nullopt : address_in(*record));
  });
}

void Resolver::services(const std::string& name, ServicesDone done) {
  ask(name, DNS_TYPE_SRV, [done = std::move(done)](list* answers) {
    std::vector<SrvRecord> records;
    if (answers != nullptr) {
      dns_rrlist_apply(answers, nullptr, DNS_TYPE_SRV, DNS_CLASS_IN, false, append_service, &records);
    }
    done(std::move(records));
  });
}

void Resolver::locate(const std::string& host, std::uint16_t port, Transport transport, bool v6,
                      EndpointsDone done) {
  const auto by_address = [this, host, port, v6](EndpointsDone then) {
    look_up(host, v6, [port, then = std::move(then)](const std::optional<std::string>& address) {
      std::vector<base::Endpoint> endpoints;
      if (address) endpoints.push_back({*address, port == 0 ? kSipPort : port});
      then(std::move(endpoints));
    });
  };
  if (port != 0 || known(host)) return by_address(std::move(done));
  services(srv_name(transport, host),
           [this, v6, by_address, done = std::move(done)](std::vector<SrvRecord> records) mutable {
             if (records.empty()) return by_address(std::move(done));
             auto ordered = std::make_shared<const std::vector<SrvRecord>>(
                 in_srv_order(std::move(records), [](std::uint32_t most) {
                   return static_cast<std::uint32_t>(rand_u32() % (std::uint64_t(most) + 1));
                 }));
             locate_services(std::move(ordered), 0, v6, {}, std::move(done));
           });
}

void Resolver::locate_services(std::shared_ptr<const std::vector<SrvRecord>> records, std::size_t next,
                               bool v6, std::vector<base::Endpoint> found, EndpointsDone done) {
  if (next == std::min(records->size(), kServicesMax)) return done(std::move(found));
  const SrvRecord& record = (*records)[next];
  look_up(record.target, v6,
          [this, records, next, v6, found = std::move(found),
           done = std::move(done)](const std::optional<std::string>& address) mutable {
            if (address) found.push_back({*address, (*records)[next].port});
            locate_services(records, next + 1, v6, std::move(found), std::move(done));
          });
}

void Resolver::ask(const std::string& name, std::uint16_t type, Answer done) {
  if (!client_ || queries_.size() >= kQueriesMax) return done(nullptr);
  const std::uint64_t number = ++last_;
  Query& query = *queries_.emplace(number, std::make_unique<Query>()).first->second;
  query.owner = this;
  query.number = number;
  query.done = std::move(done);
  query.limit = loop_.after(kLimit, [this, number] { finish(number, nullptr); });
  if (dnsc_query(&query.query, client_.get(), name.c_str(), type, DNS_CLASS_IN, true, on_answer, &query) != 0)
    finish(number, nullptr);
}

void Resolver::on_answer(int error, const dnshdr*, list* answers, list*, list*, void* query) {
  const auto& asked = *static_cast<Query*>(query);
  asked.owner->finish(asked.number, error == 0 ? answers : nullptr);
}

void Resolver::finish(std::uint64_t number, list* answers) {
  auto found = queries_.extract(number);
  if (!found) return;
  Query& query = *found.mapped();
  loop_.cancel(query.limit);
  mem_deref(std::exchange(query.query, nullptr));
  query.done(answers);
}

}  // namespace tonearm::sip
