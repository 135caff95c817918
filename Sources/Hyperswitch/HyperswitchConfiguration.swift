import HTTPClient

/// Where Hyperswitch is, and who asks.
public struct HyperswitchConfiguration: Sendable {
    /// Such as `https://sandbox.hyperswitch.io`. Without TLS only on this machine: the key would travel in the clear.
    public var baseURL: String
    /// The server's API key, sent as `api-key`.
    public var apiKey: Secret
    /// The longest a request may take, connecting included. After it the outcome is unknown.
    public var timeoutMilliseconds: Int
    /// How many requests may be under way at once; others wait.
    public var maximumConnections: Int

    /// Describes an account; checked by ``HyperswitchClient/init(_:)``.
    public init(
        baseURL: String, apiKey: Secret, timeoutMilliseconds: Int = 30_000, maximumConnections: Int = 8
    ) {
        self.baseURL = baseURL
        self.apiKey = apiKey
        self.timeoutMilliseconds = timeoutMilliseconds
        self.maximumConnections = maximumConnections
    }

    /// Answers are small: the longest list has 100 refunds.
    private static let largestAnswerBytes = 4 << 20

    /// What is to be called.
    func endpoint() throws(HyperswitchConfigurationError) -> Endpoint {
        guard !apiKey.revealed.isEmpty else { throw .init("The API key is empty: every call would be answered 401.") }
        if let problem = HeaderRules.problem(with: apiKey.header) { throw .init(problem) }
        do throws(HTTPClientError) {
            let endpoint = try Endpoint(
                baseURL: baseURL, timeoutMilliseconds: timeoutMilliseconds,
                headers: [HTTPField("Accept", "application/json")],
                largestBodyBytes: Self.largestAnswerBytes)
            guard endpoint.isLocal || baseURL.lowercased().hasPrefix("https://") else {
                throw .badConfiguration(inClear)
            }
            return endpoint
        } catch {
            throw HyperswitchConfigurationError(error)
        }
    }

    private var inClear: String {
        "The base URL “\(baseURL)” would send the API key in the clear: use https://, or an address of this machine."
    }
}

/// Why a configuration cannot be used.
public struct HyperswitchConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong with which value, and what to do; nothing secret.
    public let description: String

    init(_ sentence: String) { description = sentence }

    init(_ error: HTTPClientError) {
        switch error {
        case .badConfiguration(let sentence), .badRequest(let sentence): description = sentence
        case .passwordInURL: description = "The base URL has a name or password in it: remove it, apiKey is sent."
        case .unreachable(let url, let reason): description = "\(url) cannot be reached: \(reason)."
        case .gaveUpWaiting(let reason): description = "Nothing was sent: \(reason)."
        }
    }
}
