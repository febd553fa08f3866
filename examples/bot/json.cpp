// Boost.JSON compiled once: <boost/json.hpp> alone only declares.
#include <boost/json/src.hpp>
