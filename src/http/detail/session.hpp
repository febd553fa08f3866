#pragma once

#include <memory>

#include <boost/asio/ip/tcp.hpp>

#include "http/detail/state.hpp"

namespace tonearm::http::detail {

/// What a connection that was just accepted is for.
enum class Admission { serve, refuse_full };

/// Runs the connection on its socket's context until it is over. `tls` null means plain.
/// Counts in `state.connections` while it lives. Threading: any; goes on on the socket's own thread.
void start_session(std::shared_ptr<Server::State> state, unsigned thread, boost::asio::ip::tcp::socket socket,
                   std::shared_ptr<net::TlsContext> tls, Admission admission);

}  // namespace tonearm::http::detail
