#include "http/api.hpp"

#include "graph/route.hpp"

namespace tonearm::http {

Api::Api(const IdentityRoutes& identity, RecordingRoutes& recordings, GraphRoutes& graph, Observer observer)
    : identity_(identity), recordings_(recordings), graph_(graph), observer_(std::move(observer)) {}

void Api::handle(Request request, Responder respond) {
  if (RecordingRoutes::is_own(request.path())) {
    Responder watched = observed("/tonearm/recordings/{id}", request, std::move(respond));
    return recordings_.handle(std::move(request), std::move(watched));
  }
  const graph::Route route = graph::parse_route(request.target);
  if (route.resource == graph::Resource::unknown) {
    if (auto response = identity_.handle(request)) {
      observed("/identity", request, std::move(respond))(std::move(*response));
      return;
    }
  }
  Responder watched = observed(graph::route_label(route), request, std::move(respond));
  graph_.handle(route, std::move(request), std::move(watched));
}

Responder Api::observed(std::string route, const Request& request, Responder respond) const {
  if (!observer_) return respond;
  Observation seen{std::move(route), request.method, 0, {}};
  auto send = [&observer = observer_, seen = std::move(seen), received = request.received,
               respond = std::move(respond)](Response response) mutable {
    seen.status = response.status;
    seen.duration =
        std::chrono::duration_cast<std::chrono::microseconds>(base::SteadyClock::now() - received);
    respond(std::move(response));
    observer(seen);
  };
  return Responder(std::move(send));
}

}  // namespace tonearm::http
