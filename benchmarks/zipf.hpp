#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>

namespace allot::bench {

/// Draws ranks from 1 to `ranks`, rank k with a probability in proportion to k^-exponent, by
/// rejection-inversion, without a table (W. Hörmann and G. Derflinger, "Rejection-inversion to
/// generate variates from monotone discrete distributions", ACM TOMACS 6, 1996).
class Zipf {
public:
    /// \pre ranks is at least 1; the exponent is greater than 0 and not 1.
    Zipf(std::uint64_t ranks, double exponent)
        : ranks_{static_cast<double>(ranks)},
          exponent_{exponent},
          area_of_first_{area(1.5) - 1.0},
          area_of_all_{area(ranks_ + 0.5)},
          sure_{2.0 - where(area(2.5) - density(2.0))} {}

    template <class Random>
    std::uint64_t operator()(Random& random) const {
        for (;;) {
            const auto share = std::generate_canonical<double, 53>(random);
            const double at = area_of_first_ + share * (area_of_all_ - area_of_first_);
            const double x = where(at);
            const double rank = std::min(std::max(std::floor(x + 0.5), 1.0), ranks_);
            if (rank - x <= sure_ || at >= area(rank + 0.5) - density(rank)) {
                return static_cast<std::uint64_t>(rank);
            }
        }
    }

private:
    [[nodiscard]] double density(double x) const { return std::pow(x, -exponent_); }
    /// The density's antiderivative, and its inverse.
    [[nodiscard]] double area(double x) const {
        return (std::pow(x, 1.0 - exponent_) - 1.0) / (1.0 - exponent_);
    }
    [[nodiscard]] double where(double area) const {
        return std::pow(1.0 + area * (1.0 - exponent_), 1.0 / (1.0 - exponent_));
    }

    double ranks_;
    double exponent_;
    double area_of_first_;
    double area_of_all_;
    double sure_;  // a rank so near above x is accepted without computing the density
};

}  // namespace allot::bench
