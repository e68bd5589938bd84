/**
 * Polymarket's signatures: orders (EIP-712, exchange of CLOB V2) and the login that an API key is
 * made with. A few lines over viem, so that salt and time are ours.
 */
import type { Hex, PrivateKeyAccount } from 'viem';
import {
  concat,
  getAddress,
  hashDomain,
  hashStruct,
  hashTypedData,
  isAddress,
  stringToHex,
} from 'viem';
import { privateKeyToAccount } from 'viem/accounts';
import type { Secret } from '../secret.ts';

/** 0 EOA, 1 proxy of an email login, 2 Safe of a browser wallet, 3 deposit wallet (ERC-1271). */
export type SignatureType = 0 | 1 | 2 | 3;

/** Whose orders are signed, and with what. */
export interface PolymarketWalletOptions {
  /** `0x` and 64 hex digits. */
  readonly privateKey: Secret;
  readonly signatureType: SignatureType;
  /** The address that holds the money; absent or the key's own for type 0. */
  readonly funder?: string | undefined;
}

/** What an order says besides who signs it; amounts and ids as decimal text. */
export interface OrderTerms {
  readonly salt: number;
  readonly tokenId: string;
  readonly makerAmount: string;
  readonly takerAmount: string;
  readonly side: 'BUY' | 'SELL';
  /** Unix ms. */
  readonly timestamp: string;
}

/** The fields of the EIP-712 struct. */
export interface OrderStruct extends OrderTerms {
  readonly maker: Hex;
  readonly signer: Hex;
  readonly signatureType: SignatureType;
  readonly metadata: Hex;
  readonly builder: Hex;
}

/** An order with its signature; `hash` is the id the venue gives it. */
export interface SignedOrder {
  readonly order: OrderStruct;
  readonly hash: Hex;
  readonly signature: Hex;
}

/** A key and the wallet it signs for. */
export interface PolymarketWallet {
  /** The key's own address: it names the API key, for deposit wallets too. */
  readonly address: Hex;
  /** The address that holds the money. */
  readonly maker: Hex;
  readonly signatureType: SignatureType;
  signOrder(terms: OrderTerms, negRisk: boolean): Promise<SignedOrder>;
  /** Signs for an API key. @param timestamp Unix seconds as text */
  signLogin(timestamp: string, nonce: number): Promise<Hex>;
}

/** @source clob-client-v2 1.1.0 config.ts (Polygon); reference/polymarket.md §1.2 */
const CHAIN_ID = 137;
export const EXCHANGE_V2 = '0xE111180000d2663C0091e4f400237545B87B996B';
export const NEG_RISK_EXCHANGE_V2 = '0xe2222d279d744050d28e00520010520000310F59';

const ZERO_32: Hex = `0x${'00'.repeat(32)}`;
const LOGIN_MESSAGE = 'This message attests that I control the given wallet';

const ORDER = [
  { name: 'salt', type: 'uint256' },
  { name: 'maker', type: 'address' },
  { name: 'signer', type: 'address' },
  { name: 'tokenId', type: 'uint256' },
  { name: 'makerAmount', type: 'uint256' },
  { name: 'takerAmount', type: 'uint256' },
  { name: 'side', type: 'uint8' },
  { name: 'signatureType', type: 'uint8' },
  { name: 'timestamp', type: 'uint256' },
  { name: 'metadata', type: 'bytes32' },
  { name: 'builder', type: 'bytes32' },
] as const;

/** ERC-7739: the wallet's own domain around the order. */
const TYPED_DATA_SIGN = [
  { name: 'contents', type: 'Order' },
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
  { name: 'salt', type: 'bytes32' },
] as const;

const DOMAIN_FIELDS = [
  { name: 'name', type: 'string' },
  { name: 'version', type: 'string' },
  { name: 'chainId', type: 'uint256' },
  { name: 'verifyingContract', type: 'address' },
] as const;

const CLOB_AUTH = [
  { name: 'address', type: 'address' },
  { name: 'timestamp', type: 'string' },
  { name: 'nonce', type: 'uint256' },
  { name: 'message', type: 'string' },
] as const;

const ORDER_TYPE = `Order(${ORDER.map(({ name, type }) => `${type} ${name}`).join(',')})`;

/**
 * Why key, type and funder do not belong together; undefined where they do.
 */
export function walletProblem(options: PolymarketWalletOptions): string | undefined {
  const unusable = unusableBy(options);
  const { signatureType, funder } = options;
  if (unusable !== undefined || signatureType === 0) return unusable;
  const own = accountOf(options.privateKey)?.address === getAddress(funder ?? '');
  return own
    ? `signature type ${signatureType} trades from a wallet of its own: the funder must not be the key's own address`
    : undefined;
}

/**
 * Reads the key once.
 * @throws Error without any of the key's text where nothing can be signed with these
 */
export function createWallet(options: PolymarketWalletOptions): PolymarketWallet {
  const unusable = unusableBy(options);
  const account = accountOf(options.privateKey);
  if (unusable !== undefined || account === undefined) {
    throw new Error(`Polymarket's wallet cannot be used: ${unusable ?? 'it has no key'}`);
  }
  const { signatureType, funder = account.address } = options;
  return walletOf(account, signatureType, getAddress(funder));
}

function unusableBy({ privateKey, signatureType, funder }: PolymarketWalletOptions) {
  const account = accountOf(privateKey);
  if (account === undefined) return 'the private key must be 0x and 64 hex digits';
  if (funder !== undefined && !isAddress(funder, { strict: false })) {
    // It may be a key that was written into the wrong place.
    return `the funder must be an address, 0x and 40 hex digits, and has ${funder.length} characters`;
  }
  if (signatureType === 0) {
    if (funder === undefined || getAddress(funder) === account.address) return undefined;
    return `signature type 0 trades from the key's own address ${account.address}: leave the funder out, or set the type of the wallet that holds the money`;
  }
  return funder === undefined
    ? `signature type ${signatureType} needs the address that holds the money as funder`
    : undefined;
}

function walletOf(
  account: PrivateKeyAccount,
  signatureType: SignatureType,
  maker: Hex,
): PolymarketWallet {
  const signer = signatureType === 3 ? maker : account.address;
  return {
    address: account.address,
    maker,
    signatureType,
    signOrder: async (terms, negRisk) => {
      const order = { ...terms, maker, signer, signatureType, metadata: ZERO_32, builder: ZERO_32 };
      const signature = await signOrder(account, order, negRisk);
      return { order, hash: orderHash(order, negRisk), signature };
    },
    signLogin: (timestamp, nonce) =>
      account.signTypedData({
        domain: { name: 'ClobAuthDomain', version: '1', chainId: CHAIN_ID },
        types: { ClobAuth: CLOB_AUTH },
        primaryType: 'ClobAuth',
        message: {
          address: account.address,
          timestamp,
          nonce: BigInt(nonce),
          message: LOGIN_MESSAGE,
        },
      }),
  };
}

/** The venue's id of an order, whatever its signature type. */
export function orderHash(order: OrderStruct, negRisk: boolean): Hex {
  return hashTypedData({
    domain: domainOf(negRisk),
    types: { Order: ORDER },
    primaryType: 'Order',
    message: messageOf(order),
  });
}

async function signOrder(
  account: PrivateKeyAccount,
  order: OrderStruct,
  negRisk: boolean,
): Promise<Hex> {
  const [domain, message] = [domainOf(negRisk), messageOf(order)];
  if (order.signatureType !== 3) {
    const types = { Order: ORDER };
    return account.signTypedData({ domain, types, primaryType: 'Order', message });
  }
  const inner = await account.signTypedData({
    domain,
    types: { TypedDataSign: TYPED_DATA_SIGN, Order: ORDER },
    primaryType: 'TypedDataSign',
    message: {
      contents: message,
      name: 'DepositWallet',
      version: '1',
      chainId: BigInt(CHAIN_ID),
      verifyingContract: order.signer,
      salt: ZERO_32,
    },
  });
  const own = { ...domain, chainId: BigInt(CHAIN_ID) };
  const separator = hashDomain({ domain: own, types: { EIP712Domain: DOMAIN_FIELDS } });
  const contents = hashStruct({ data: message, primaryType: 'Order', types: { Order: ORDER } });
  const length: Hex = `0x${ORDER_TYPE.length.toString(16).padStart(4, '0')}`;
  return concat([inner, separator, contents, stringToHex(ORDER_TYPE), length]);
}

function domainOf(negRisk: boolean) {
  const verifyingContract: Hex = negRisk ? NEG_RISK_EXCHANGE_V2 : EXCHANGE_V2;
  const name = 'Polymarket CTF Exchange';
  return { name, version: '2', chainId: CHAIN_ID, verifyingContract } as const;
}

function messageOf(order: OrderStruct) {
  return {
    ...order,
    salt: BigInt(order.salt),
    tokenId: BigInt(order.tokenId),
    makerAmount: BigInt(order.makerAmount),
    takerAmount: BigInt(order.takerAmount),
    side: order.side === 'BUY' ? 0 : 1,
    timestamp: BigInt(order.timestamp),
  };
}

/** Undefined where the text is no key; viem's own errors may quote it. */
function accountOf(privateKey: Secret): PrivateKeyAccount | undefined {
  const key = privateKey.reveal();
  if (!/^0x[0-9a-fA-F]{64}$/.test(key)) return undefined;
  try {
    return privateKeyToAccount(key as Hex);
  } catch {
    return undefined;
  }
}
