import Foundation
import Rewind
import RewindHTTP
import RewindReport

/// What the doctor asks of an API.
struct APIExamination {
    /// Also how messages name it.
    let url: String
    /// What is asked for, below the URL: a health check, or just its root.
    var path = "/"

    /// Longer for one answer makes for few steps.
    private static let slowMilliseconds: UInt64 = 500

    func note(in checkup: inout Checkup) async {
        do throws(APIError) {
            await note(asking: try API(baseURL: url, timeoutMilliseconds: 5000), in: &checkup)
        } catch {
            checkup.note("API", .problem, error.description)
        }
    }

    /// By a client that was made already.
    func note(asking api: API, in checkup: inout Checkup) async {
        do throws(APIError) {
            note(try await api.send(Request("GET", path)), in: &checkup)
        } catch {
            checkup.note("API", .problem, error.description)
        }
    }

    private func note(_ exchange: Exchange, in checkup: inout Checkup) {
        guard case .response(let status, let headers, _) = exchange.reply else {
            checkup.note(
                "API", .problem, "\(url) accepted a connection and did not answer GET \(path).",
                remedies: ["Look at the API's log."])
            return
        }
        let milliseconds = exchange.durationNanoseconds / 1_000_000
        let answer = "\(url) answered GET \(path) with \(status) in \(milliseconds) ms."
        if status >= 500 {
            checkup.note("API", .warning, answer, remedies: ["Look at the API's log: that is an error of its own."])
        } else if milliseconds > Self.slowMilliseconds {
            checkup.note("API", .warning, answer, remedies: ["An exploration sends thousands of requests: see why."])
        } else {
            checkup.note("API", .ok, answer)
        }
        let field = headers.first { $0.name.lowercased() == "date" }
        if let field, let date = Self.date(field.value) {
            ClockComparison(of: "the API", at: date, secondsOff: 1).note(in: &checkup)
        }
    }

    /// A date as RFC 9110 §5.6.7 has it.
    private static func date(_ text: String) -> Date? {
        let formatter = DateFormatter()
        formatter.locale = Locale(identifier: "en_US_POSIX")
        formatter.timeZone = TimeZone(identifier: "GMT")
        formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
        return formatter.date(from: text)
    }
}

/// Whether another clock goes as this machine's does.
struct ClockComparison {
    let secondsApart: Double
    private let whose: String

    /// What may lie between two looks at clocks.
    private static let toleranceSeconds = 5.0

    /// - Parameter secondsOff: how exact the other time is.
    init(of whose: String, at other: Date, secondsOff: Double = 0) {
        self.whose = whose
        secondsApart = max(0, abs(other.timeIntervalSinceNow) - secondsOff)
    }

    func note(in checkup: inout Checkup) {
        if secondsApart <= Self.toleranceSeconds {
            checkup.note("clock", .ok, "The clock of \(whose) goes as this machine's does.")
        } else {
            checkup.note(
                "clock", .warning, "The clock of \(whose) is \(Int(secondsApart)) s off this machine's.",
                remedies: ["Set both by NTP; what expires may seem to do so at another time."])
        }
    }
}
