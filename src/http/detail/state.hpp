#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include <boost/asio/ip/tcp.hpp>

#include "http/detail/sources.hpp"
#include "http/detail/sweep.hpp"
#include "http/server.hpp"

namespace tonearm::http {

/// What listeners and connections share.
struct Server::State {
  State(net::Runtime& runtime_in, Service& service_in, ServerLimits limits_in);

  net::Runtime& runtime;
  Service& service;
  const ServerLimits limits;
  std::vector<std::unique_ptr<detail::Sweep>> sweeps;  // by thread
  detail::Sources sources;
  std::atomic<bool> stopping{false};
  std::vector<std::weak_ptr<boost::asio::ip::tcp::acceptor>>
      acceptors;  // for listen and stop only; owned by their loops
};

}  // namespace tonearm::http
