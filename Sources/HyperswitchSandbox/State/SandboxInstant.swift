/// A point of the virtual clock, in milliseconds since 1970 (UTC).
public struct SandboxInstant: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// Milliseconds since 1970-01-01T00:00:00Z.
    public var milliseconds: Int64

    /// The point so many milliseconds after 1970-01-01T00:00:00Z.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Where a sandbox's clock stands unless it is told otherwise: 2026-01-01T00:00:00Z.
    public static let start = SandboxInstant(milliseconds: 1_767_225_600_000)

    /// The point so much later.
    public func advanced(bySeconds seconds: Int64) -> SandboxInstant {
        SandboxInstant(milliseconds: milliseconds + seconds * 1000)
    }

    public static func < (a: SandboxInstant, b: SandboxInstant) -> Bool { a.milliseconds < b.milliseconds }

    /// As the router spells it: `2026-01-01T00:00:00.000Z`.
    public var description: String {
        let day = milliseconds.flooredQuotient(86_400_000)
        let rest = milliseconds - day * 86_400_000
        let (year, month, date) = Self.civil(day)
        let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60].map { Self.padded($0, 2) }
        return "\(Self.padded(year, 4))-\(Self.padded(month, 2))-\(Self.padded(date, 2))T"
            + clock.joined(separator: ":") + ".\(Self.padded(rest % 1000, 3))Z"
    }

    /// The date of a day counted from 1970-01-01, by Howard Hinnant's algorithm
    /// (<https://howardhinnant.github.io/date_algorithms.html>, `civil_from_days`).
    private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = days + 719_468
        let era = shifted.flooredQuotient(146_097)
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1)
    }

    private static func padded(_ number: Int64, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}

extension Int64 {
    fileprivate func flooredQuotient(_ divisor: Int64) -> Int64 {
        self >= 0 ? self / divisor : (self - divisor + 1) / divisor
    }
}
