#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sip/libre.hpp"
#include "sip/loop.hpp"
#include "sip/srv.hpp"

namespace tonearm::sip {

/// Host names to addresses without ever blocking: the hosts file, read once, then DNS by libre.
/// Threading: the loop's thread, also to make and to destroy.
class Resolver {
 public:
  using Done = std::function<void(std::optional<std::string> address)>;
  using ServicesDone = std::function<void(std::vector<SrvRecord> records)>;
  using EndpointsDone = std::function<void(std::vector<base::Endpoint> endpoints)>;

  /// `servers` as ADDRESS:PORT; none: the system's.
  Resolver(Loop& loop, const std::vector<std::string>& servers);
  ~Resolver();
  Resolver(const Resolver&) = delete;
  Resolver& operator=(const Resolver&) = delete;

  /// A literal itself, or what the hosts file says.
  [[nodiscard]] std::optional<std::string> known(const std::string& host) const;
  /// The first A (or AAAA) record; nothing after 2 s, or if there is none. `done` is called once, later or at
  /// once, but not after the resolver is gone.
  void look_up(const std::string& host, bool v6, Done done);
  /// SRV records in the order of the answer; none after 2 s, or if there are none.
  void services(const std::string& name, ServicesDone done);
  /// Where a request to `host` may be sent, in the order to try (RFC 3263 §4.2): a literal or a written port
  /// as they are, else by SRV, else by address and the standard port. NAPTR is not asked: who configures a
  /// target says its transport. `done` as above.
  void locate(const std::string& host, std::uint16_t port, Transport transport, bool v6, EndpointsDone done);

  /// For what libre resolves by itself; null without name servers.
  [[nodiscard]] dnsc* client() const { return client_.get(); }

 private:
  /// What came, or null.
  using Answer = std::function<void(list* answers)>;
  struct Query {
    Resolver* owner = nullptr;
    std::uint64_t number = 0;
    dns_query* query = nullptr;  // libre clears it when the answer comes
    Loop::TimerId limit = 0;
    Answer done;
  };
  void ask(const std::string& name, std::uint16_t type, Answer done);
  static void on_answer(int error, const dnshdr* header, list* answers, list* authorities, list* additional,
                        void* query);
  void finish(std::uint64_t number, list* answers);
  /// Appends the addresses of `records` from `next` on to `found`, one after the other.
  void locate_services(std::shared_ptr<const std::vector<SrvRecord>> records, std::size_t next, bool v6,
                       std::vector<base::Endpoint> found, EndpointsDone done);

  Loop& loop_;
  Ref<dnsc> client_;
  std::unordered_map<std::string, std::string> hosts_;  // lower-case name to address
  std::unordered_map<std::uint64_t, std::unique_ptr<Query>> queries_;
  std::uint64_t last_ = 0;
};

}  // namespace tonearm::sip
