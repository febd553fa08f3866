// Boost.JSON compiled once: Debian ships Boost 1.81 as headers, and <boost/json.hpp> alone only declares.
#include <boost/json/src.hpp>
