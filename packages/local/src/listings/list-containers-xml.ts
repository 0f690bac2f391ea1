import type { Metadata } from '../azurite/azurite-model.ts';
import { containerProperties } from '../azurite/azurite.ts';
import { createPropertiesWriter } from './properties-element.ts';
import { XML_DECLARATION, attribute, element, metadataElement } from './xml-text.ts';

/** A page of List Containers. */
export interface ContainersPage {
  readonly serviceEndpoint: string;
  readonly prefix: string;
  readonly maxResults: number;
  readonly containerItems: readonly {
    readonly name: string;
    readonly properties: object;
    /** When the request asked for it. */
    readonly metadata?: Metadata | undefined;
  }[];
  /** Empty after the last page. */
  readonly nextMarker: string;
}

/** The body of an answer to List Containers. */
export function toListContainersXml(page: ContainersPage): string {
  const propertiesElement = createPropertiesWriter(containerProperties.type.modelProperties);
  let containers = '';
  for (const container of page.containerItems) {
    const { name, metadata } = container;
    containers += `<Container>${element('Name', name)}${propertiesElement(container)}`;
    containers += `${metadata === undefined ? '' : metadataElement(metadata)}</Container>`;
  }
  return (
    `${XML_DECLARATION}<EnumerationResults ServiceEndpoint="${attribute(page.serviceEndpoint)}">` +
    element('Prefix', page.prefix) +
    element('MaxResults', String(page.maxResults)) +
    (containers === '' ? '<Containers/>' : `<Containers>${containers}</Containers>`) +
    `${element('NextMarker', page.nextMarker)}</EnumerationResults>`
  );
}
