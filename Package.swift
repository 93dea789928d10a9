// swift-tools-version: 6.2
import PackageDescription

// Every target of this package is built with the same rules. Release builds keep
// `@testable` working (`-enable-testing`), so that one configuration serves the
// product, its tests and its benchmarks, and a fresh clone compiles everything once.
let rules: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
    .unsafeFlags(["-enable-testing"], .when(configuration: .release)),
]

func module(_ name: String, _ dependencies: [Target.Dependency] = [], exclude: [String] = [], resources: [Resource]? = nil) -> Target {
    .target(name: name, dependencies: dependencies, exclude: exclude, resources: resources, swiftSettings: rules)
}

func tests(_ name: String, _ dependencies: [Target.Dependency], resources: [Resource]? = nil) -> Target {
    .testTarget(name: "\(name)Tests", dependencies: dependencies, resources: resources, swiftSettings: rules)
}

let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioEmbedded = Target.Dependency.product(name: "NIOEmbedded", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioWebSocket = Target.Dependency.product(name: "NIOWebSocket", package: "swift-nio")
let nioFoundation = Target.Dependency.product(name: "NIOFoundationCompat", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let nioHTTPTypes = Target.Dependency.product(name: "NIOHTTPTypes", package: "swift-nio-extras")
let nioHTTPTypesHTTP1 = Target.Dependency.product(name: "NIOHTTPTypesHTTP1", package: "swift-nio-extras")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let hummingbirdTesting = Target.Dependency.product(name: "HummingbirdTesting", package: "hummingbird")
let httpClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let unixSignals = Target.Dependency.product(name: "UnixSignals", package: "swift-service-lifecycle")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let mustache = Target.Dependency.product(name: "Mustache", package: "swift-mustache")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let configuration = Target.Dependency.product(name: "Configuration", package: "swift-configuration")

let package = Package(
    name: "viva",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "viva", targets: ["viva"])],
    dependencies: [
        .package(url: "https://github.com/apple/swift-nio", exact: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", exact: "2.37.6"),
        .package(url: "https://github.com/apple/swift-nio-extras", exact: "1.35.2"),
        .package(url: "https://github.com/apple/swift-http-types", exact: "1.8.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", exact: "2.28.1"),
        .package(url: "https://github.com/swift-server/async-http-client", exact: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", exact: "2.13.0"),
        .package(url: "https://github.com/apple/swift-log", exact: "1.16.2"),
        .package(url: "https://github.com/apple/swift-crypto", exact: "4.5.2"),
        .package(url: "https://github.com/apple/swift-configuration", exact: "1.4.0", traits: ["YAML"]),
        .package(url: "https://github.com/groue/GRDB.swift", exact: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", exact: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", exact: "6.2.2"),
        .package(url: "https://github.com/apple/swift-argument-parser", exact: "1.8.2"),
    ],
    targets: [
        // Pure cores: no clock, socket, randomness or logger inside.
        module("InterviewCore"),
        module("RealtimeProtocol"),

        // Between a socket and a route, for every server of ours.
        module(
            "ServerEdge",
            [
                nioCore, nioPosix, nioHTTP1, nioWebSocket, nioSSL, nioFoundation, nioHTTPTypes, nioHTTPTypesHTTP1, httpTypes,
                hummingbird, hummingbirdCore, logging, lifecycle, crypto,
            ]
        ),

        module("InterviewStore", ["InterviewCore", grdb]),
        module(
            "Gateway",
            [
                "InterviewCore", "RealtimeProtocol", "ServerEdge", "InterviewStore", "CZlib",
                hummingbird, httpTypes, httpClient, nioCore, nioFoundation, nioHTTP1, nioPosix, nioSSL, logging, lifecycle, mustache, yams,
                crypto, cryptoExtras,
            ],
            resources: [.embedInCode("Web/Assets")]
        ),
        module(
            "VoiceEngine",
            [
                "RealtimeProtocol", "ServerEdge", hummingbird, httpTypes, httpClient, nioCore, nioFoundation, nioHTTP1, logging, lifecycle,
                crypto,
            ]
        ),
        module("VoiceMedia", ["VoiceEngine", "CGStreamer", "COnnxRuntime", "CZlib"]),
        module("SpeechModels", ["CZlib", httpClient, nioCore, nioHTTP1, nioFoundation, crypto]),

        .executableTarget(
            name: "viva",
            dependencies: [
                "Gateway", "InterviewCore", "InterviewStore", "RealtimeProtocol", "ServerEdge", "SpeechModels", "VivaTestKit",
                "VoiceEngine", "VoiceMedia",
                arguments, configuration, httpClient, logging, lifecycle, unixSignals, nioCore, nioFoundation, nioHTTP1,
            ],
            resources: [.embedInCode("Plans")],
            swiftSettings: rules
        ),
        module(
            "VivaTestKit",
            ["InterviewCore", "RealtimeProtocol", "ServerEdge", crypto, lifecycle, logging, nioCore, nioPosix, nioSSL]
        ),

        // Measures turn-taking with the real models, on audio time. Run by hand.
        .executableTarget(
            name: "TurnTakingBenchmark",
            dependencies: ["InterviewCore", "RealtimeProtocol", "VoiceEngine", "VoiceMedia"],
            path: "Benchmarks/TurnTaking",
            swiftSettings: rules
        ),

        // Measures the edge of our servers over loopback. Run by hand.
        .executableTarget(
            name: "EdgeBenchmark",
            dependencies: [
                "ServerEdge", "VivaTestKit", arguments, hummingbird, lifecycle, unixSignals, logging, nioCore, nioEmbedded, nioPosix,
                nioWebSocket,
            ],
            path: "Benchmarks/Edge",
            swiftSettings: rules
        ),

        // Shims: C interfaces with no policy.
        .target(
            name: "CGStreamer",
            dependencies: ["CGStreamerWebRTCLibrary", "CGStreamerAppLibrary", "CGStreamerSDPLibrary", "COpusLibrary"],
            path: "Sources/Shims/CGStreamer"
        ),
        .target(
            name: "COnnxRuntime",
            path: "Sources/Shims/COnnxRuntime",
            linkerSettings: [.linkedLibrary("dl", .when(platforms: [.linux]))]
        ),
        .systemLibrary(name: "CZlib", path: "Sources/Shims/CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
        .systemLibrary(
            name: "CGStreamerWebRTCLibrary",
            path: "Sources/Shims/CGStreamerWebRTCLibrary",
            pkgConfig: "gstreamer-webrtc-1.0",
            providers: [.apt(["libgstreamer-plugins-bad1.0-dev"])]
        ),
        .systemLibrary(
            name: "CGStreamerAppLibrary",
            path: "Sources/Shims/CGStreamerAppLibrary",
            pkgConfig: "gstreamer-app-1.0",
            providers: [.apt(["libgstreamer-plugins-base1.0-dev"])]
        ),
        .systemLibrary(
            name: "CGStreamerSDPLibrary",
            path: "Sources/Shims/CGStreamerSDPLibrary",
            pkgConfig: "gstreamer-sdp-1.0",
            providers: [.apt(["libgstreamer-plugins-base1.0-dev"])]
        ),
        .systemLibrary(
            name: "COpusLibrary",
            path: "Sources/Shims/COpusLibrary",
            pkgConfig: "opus",
            providers: [.apt(["libopus-dev"])]
        ),

        tests("InterviewCore", ["InterviewCore"]),
        tests("RealtimeProtocol", ["RealtimeProtocol"], resources: [.copy("Fixtures")]),
        tests(
            "ServerEdge",
            ["ServerEdge", "VivaTestKit", nioCore, nioPosix, nioSSL, nioWebSocket, hummingbird, httpTypes, lifecycle, crypto, logging]
        ),
        tests("InterviewStore", ["InterviewStore", "InterviewCore", grdb]),
        tests(
            "VoiceEngine",
            [
                "VoiceEngine", "RealtimeProtocol", "ServerEdge", "VivaTestKit", hummingbird, httpClient, httpTypes, lifecycle, nioCore,
                nioHTTP1, nioPosix, logging,
            ],
            resources: [.copy("Golden")]
        ),
        tests("VoiceMedia", ["VoiceMedia", "VoiceEngine"], resources: [.copy("Fixtures")]),
        tests("SpeechModels", ["SpeechModels", "CZlib", crypto, httpClient, httpTypes, hummingbird, nioCore]),
        tests("VivaTestKit", ["VivaTestKit", nioCore]),
        tests(
            "Gateway",
            [
                "Gateway", "InterviewCore", "InterviewStore", "RealtimeProtocol", "ServerEdge", "VivaTestKit", "CZlib", hummingbird,
                hummingbirdTesting, httpClient, httpTypes, lifecycle, nioCore, nioHTTP1, nioPosix, nioSSL, logging, crypto, cryptoExtras,
            ]
        ),
    ]
)
