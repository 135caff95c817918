import Rewind

extension APIError: UndecidedError {
    /// An API that can't be reached leaves everything open, and so does one that was described wrongly. A lost answer is
    /// a finding about one request, and the laws judge it.
    public var undecidedReason: String? {
        switch self {
        case .unreachable, .badConfiguration: description
        case .lost, .badRequest: nil
        }
    }
}
